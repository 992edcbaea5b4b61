/* What a text means, by a sentence encoder that somebody else trained: the loop of meaning.py.
 *
 * A mean over words with windows of two, three and five words beside it, then a few dense layers
 * (the multilingual universal sentence encoder, version 3). Nearly all of the time goes into sums of
 * products over 256 columns; what a word comes to before its neighbours matter is the same in every text,
 * so it is kept for the words seen last. */
#include "native.h"
#include <math.h>
#include <string.h>

#define WORD 512    /* what a word is looked up as */
#define SIDE 256    /* each kind of window */
#define SIDES 3
#define ALL (WORD + SIDES * SIDE)
#define INNER 320
#define MEANT 512
#define MOST_WORDS 1000
#define MARGIN 4    /* rows of zeros before and behind a text: no window reaches farther */
#define KEPT 2048   /* words whose part of every window is kept */
#define STRIP 16    /* columns that are added up at once, so that they stay in registers */
#define ABREAST 6   /* rows that are */

static const int LENGTHS[SIDES] = {2, 3, 5};
static const int BEFORE[SIDES] = {0, 1, 2};
enum { PLACES = 2 + 3 + 5 };

/* A matrix, strip after strip of STRIP columns, each with all its rows. */
typedef struct {
    float *cells;
    Py_ssize_t rows, columns;
} Matrix;

typedef struct {
    int32_t word;                     /* -1: nothing kept */
    float meaning[WORD];
    float sides[SIDES][SIDE];
    float parts[PLACES][SIDE];        /* what it adds to the first windows, by its place in them */
} Word;

typedef struct {
    PyObject_HEAD
    PyObject *table;                  /* whoever owns the words' bytes */
    Py_buffer words;
    Py_ssize_t count, chunks;
    float *scale, *low;               /* by chunk: a word's number modulo their count */
    Matrix sides, first[PLACES], second[SIDES], across, dense[6];
    float *side_bias, *side_gain, *side_shift, *first_bias, *second_bias, *gain, *shift, *across_bias;
    float least;
    Word *kept;
    float *rows[2][SIDES];            /* scratch: rows of a text with MARGIN around it */
    float *all;                       /* scratch: a row of ALL for each word */
} Encoder;

typedef float Lane __attribute__((vector_size(32), aligned(4), may_alias));

/* out[i] += in[i] * cells for `count` of ABREAST rows at most; rows and inputs lie `far` and `step` apart. */
static INLINE void strip_of(float *out, Py_ssize_t far, const float *in, Py_ssize_t step,
                            const float *cells, Py_ssize_t depth, const int count)
{
    Lane left[ABREAST], right[ABREAST];
    for (int i = 0; i < count; i++) {
        left[i] = *(const Lane *)(out + i * far);
        right[i] = *(const Lane *)(out + i * far + STRIP / 2);
    }
    for (Py_ssize_t k = 0; k < depth; k++) {
        Lane low = *(const Lane *)(cells + k * STRIP), high = *(const Lane *)(cells + k * STRIP + STRIP / 2);
#pragma GCC unroll 6
        for (int i = 0; i < count; i++) {
            float value = in[i * step + k];
            left[i] += value * low;
            right[i] += value * high;
        }
    }
    for (int i = 0; i < count; i++) {
        *(Lane *)(out + i * far) = left[i];
        *(Lane *)(out + i * far + STRIP / 2) = right[i];
    }
}

static INLINE void multiply(float *out, Py_ssize_t far, const float *in, Py_ssize_t step,
                            Py_ssize_t count, const Matrix *matrix)
{
    for (Py_ssize_t column = 0; column < matrix->columns; column += STRIP) {
        const float *cells = matrix->cells + column * matrix->rows;
        Py_ssize_t at = 0;
        for (; at + ABREAST <= count; at += ABREAST)
            strip_of(out + at * far + column, far, in + at * step, step, cells, matrix->rows, ABREAST);
        for (; at + 2 <= count; at += 2)
            strip_of(out + at * far + column, far, in + at * step, step, cells, matrix->rows, 2);
        if (at < count)
            strip_of(out + at * far + column, far, in + at * step, step, cells, matrix->rows, 1);
    }
}

typedef void (*Multiply)(float *, Py_ssize_t, const float *, Py_ssize_t, Py_ssize_t, const Matrix *);

static void multiply_plain(float *out, Py_ssize_t far, const float *in, Py_ssize_t step,
                           Py_ssize_t count, const Matrix *matrix)
{
    multiply(out, far, in, step, count, matrix);
}

#ifdef HAS_TWO
WIDE static void multiply_wide(float *out, Py_ssize_t far, const float *in, Py_ssize_t step,
                               Py_ssize_t count, const Matrix *matrix)
{
    multiply(out, far, in, step, count, matrix);
}
#endif

static Multiply multiply_here = multiply_plain;

static inline void set_rows(float *out, const float *row, Py_ssize_t width)
{
    if (row == NULL)
        memset(out, 0, width * sizeof *out);
    else
        memcpy(out, row, width * sizeof *out);
}

/* What a word comes to before its neighbours matter. */
static void learn_word(Encoder *self, int32_t number, Word *word)
{
    const uint8_t *bytes = (const uint8_t *)self->words.buf + (Py_ssize_t)number * WORD;
    float scale = self->scale[number % self->chunks], low = self->low[number % self->chunks];
    for (int i = 0; i < WORD; i++)
        word->meaning[i] = bytes[i] * scale + low;
    float *sides = word->sides[0];
    set_rows(sides, self->side_bias, SIDES * SIDE);
    multiply_here(sides, 0, word->meaning, 0, 1, &self->sides);
    even_out(sides, SIDES * SIDE, self->side_gain, self->side_shift, self->least);
    memset(word->parts, 0, sizeof word->parts);
    for (int side = 0, place = 0; side < SIDES; side++)
        for (int i = 0; i < LENGTHS[side]; i++, place++)
            multiply_here(word->parts[place], 0, word->sides[side], 0, 1, &self->first[place]);
    word->word = number;
}

static const Word *word_of(Encoder *self, int32_t number)
{
    Word *word = &self->kept[(uint32_t)number % KEPT];
    if (word->word != number)
        learn_word(self, number, word);
    return word;
}

/* The windows' rows of a text: the first ones from what is kept of its words, the second ones anew. */
static void lay_windows(Encoder *self, const int32_t *numbers, Py_ssize_t count)
{
    for (int side = 0; side < SIDES; side++) {
        float *first = self->rows[0][side] + MARGIN * SIDE;
        memset(self->rows[0][side], 0, (count + 2 * MARGIN) * SIDE * sizeof(float));
        for (Py_ssize_t at = 0; at < count; at++)
            set_rows(first + at * SIDE, self->first_bias + side * SIDE, SIDE);
    }
    for (Py_ssize_t at = 0; at < count; at++) {
        const Word *word = word_of(self, numbers[at]);
        memcpy(self->all + at * ALL, word->meaning, sizeof word->meaning);
        for (int side = 0, place = 0; side < SIDES; side++) {
            float *first = self->rows[0][side] + MARGIN * SIDE;
            memcpy(self->all + at * ALL + WORD + side * SIDE, word->sides[side], sizeof word->sides[side]);
            for (int i = 0; i < LENGTHS[side]; i++, place++) {
                Py_ssize_t whose = at + BEFORE[side] - i; /* whose window has it at this place */
                if (whose < 0 || whose >= count)
                    continue;
                float *row = first + whose * SIDE;
                for (int j = 0; j < SIDE; j++)
                    row[j] += word->parts[place][j];
            }
        }
    }
    for (int side = 0; side < SIDES; side++) {
        float *first = self->rows[0][side] + MARGIN * SIDE, *second = self->rows[1][side];
        for (Py_ssize_t at = 0; at < count; at++) {
            float *row = first + at * SIDE, *whole = self->all + at * ALL + WORD + side * SIDE;
            for (int j = 0; j < SIDE; j++)
                row[j] = (row[j] > 0 ? row[j] : 0) + whole[j];
            set_rows(second + at * SIDE, self->second_bias + side * SIDE, SIDE);
        }
        multiply_here(second, SIDE, first - BEFORE[side] * SIDE, SIDE, count, &self->second[side]);
        for (Py_ssize_t at = 0; at < count; at++) {
            float *row = second + at * SIDE, *below = first + at * SIDE;
            float *whole = self->all + at * ALL + WORD + side * SIDE;
            for (int j = 0; j < SIDE; j++)
                whole[j] = (row[j] > 0 ? row[j] : 0) + below[j];
        }
    }
}

static void at_least_nothing(float *row, Py_ssize_t width)
{
    for (Py_ssize_t i = 0; i < width; i++)
        row[i] = row[i] > 0 ? row[i] : 0;
}

/* The dense layers over the sum of a text's rows. */
static void climb(Encoder *self, Py_ssize_t count, float *meant)
{
    float sum[ALL] = {0}, mean[MEANT], low[INNER] = {0}, inner[INNER] = {0}, high[MEANT] = {0};
    for (Py_ssize_t at = 0; at < count; at++) {
        float *row = self->all + at * ALL;
        even_out(row, ALL, self->gain, self->shift, self->least);
        for (int i = 0; i < ALL; i++)
            sum[i] += row[i];
    }
    for (int i = 0; i < MEANT; i++)
        mean[i] = self->across_bias[i] * count;
    multiply_here(mean, 0, sum, 0, 1, &self->across);
    for (int i = 0; i < MEANT; i++)
        mean[i] /= sqrtf((float)count);
    const Matrix *dense = self->dense;
    multiply_here(low, 0, mean, 0, 1, &dense[0]);
    at_least_nothing(low, INNER);
    multiply_here(inner, 0, mean, 0, 1, &dense[1]);
    multiply_here(inner, 0, low, 0, 1, &dense[2]);
    at_least_nothing(inner, INNER);
    multiply_here(high, 0, inner, 0, 1, &dense[3]);
    at_least_nothing(high, MEANT);
    memset(meant, 0, MEANT * sizeof *meant);
    multiply_here(meant, 0, inner, 0, 1, &dense[4]);
    multiply_here(meant, 0, high, 0, 1, &dense[5]);
    float squares = 0;
    for (int i = 0; i < MEANT; i++) {
        meant[i] = tanhf(meant[i]);
        squares += meant[i] * meant[i];
    }
    float factor = 1 / sqrtf(squares > self->least ? squares : self->least);
    for (int i = 0; i < MEANT; i++)
        meant[i] *= factor;
}

static PyObject *encoder_read(Encoder *self, PyObject *object)
{
    Py_buffer view;
    if (view_of(object, &view, sizeof(int32_t), "numbers") < 0)
        return NULL;
    Py_ssize_t count = view.len / (Py_ssize_t)sizeof(int32_t);
    const int32_t *numbers = view.buf;
    PyObject *result = NULL;
    if (count > MOST_WORDS)
        count = MOST_WORDS;
    for (Py_ssize_t at = 0; at < count; at++)
        if (numbers[at] < 0 || numbers[at] >= self->count) {
            PyErr_Format(PyExc_ValueError, "there is no word %d among %zd", numbers[at], self->count);
            goto done;
        }
    if (count == 0) {
        PyErr_SetString(PyExc_ValueError, "a text has one word at least");
        goto done;
    }
    result = PyBytes_FromStringAndSize(NULL, MEANT * sizeof(float));
    if (result != NULL) {
        lay_windows(self, numbers, count);
        climb(self, count, (float *)PyBytes_AS_STRING(result));
    }
done:
    PyBuffer_Release(&view);
    return result;
}

/* ---- building ---------------------------------------------------------------------------------- */

/* Take in rows by columns, in strips; -1 with the error set. */
static int take_matrix(PyObject *object, const char *name, Py_ssize_t rows, Py_ssize_t columns, Matrix *matrix)
{
    Py_buffer view;
    if (view_of(object, &view, sizeof(float), name) < 0)
        return -1;
    if (view.len != rows * columns * (Py_ssize_t)sizeof(float)) {
        PyErr_Format(PyExc_ValueError, "%s has %zd bytes, not %zd by %zd floats", name, view.len, rows, columns);
        PyBuffer_Release(&view);
        return -1;
    }
    matrix->cells = table_new(rows * columns * sizeof(float));
    if (matrix->cells != NULL) {
        const float *cells = view.buf;
        for (Py_ssize_t column = 0; column < columns; column += STRIP)
            for (Py_ssize_t row = 0; row < rows; row++)
                memcpy(matrix->cells + column * rows + row * STRIP, cells + row * columns + column,
                       STRIP * sizeof(float));
        matrix->rows = rows;
        matrix->columns = columns;
    }
    PyBuffer_Release(&view);
    return matrix->cells == NULL ? -1 : 0;
}

static void encoder_free(Encoder *self)
{
    float *rows[] = {self->scale, self->low, self->side_bias, self->side_gain, self->side_shift,
                     self->first_bias, self->second_bias, self->gain, self->shift, self->across_bias};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        PyMem_Free(rows[i]);
    table_free(self->sides.cells);
    table_free(self->across.cells);
    for (int i = 0; i < PLACES; i++)
        table_free(self->first[i].cells);
    for (int i = 0; i < SIDES; i++) {
        table_free(self->second[i].cells);
        table_free(self->rows[0][i]);
        table_free(self->rows[1][i]);
    }
    for (int i = 0; i < 6; i++)
        table_free(self->dense[i].cells);
    table_free(self->kept);
    table_free(self->all);
    if (self->words.obj != NULL)
        PyBuffer_Release(&self->words);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

enum {
    TABLE, SCALE, LOW, SIDE_CELLS, SIDE_BIAS, SIDE_GAIN, SIDE_SHIFT, FIRST, FIRST_BIAS = FIRST + SIDES,
    SECOND, SECOND_BIAS = SECOND + SIDES, GAIN, SHIFT, ACROSS, ACROSS_BIAS, DENSE, ARRAYS = DENSE + 6
};

static int take_arrays(Encoder *self, PyObject *const *given)
{
    static const Py_ssize_t shapes[6][2] = {{MEANT, INNER}, {MEANT, INNER}, {INNER, INNER},
                                            {INNER, MEANT}, {INNER, MEANT}, {MEANT, MEANT}};
    if (PyObject_GetBuffer(given[TABLE], &self->words, PyBUF_C_CONTIGUOUS) < 0)
        return -1;
    self->count = self->words.len / WORD;
    self->scale = copy_of(given[SCALE], sizeof(float), "scale", &self->chunks);
    if (self->scale == NULL)
        return -1;
    if (self->chunks < 1 || self->count < 1) {
        PyErr_SetString(PyExc_ValueError, "an encoder needs words and a scale");
        return -1;
    }
    if ((self->low = take_row(given[LOW], "low", self->chunks)) == NULL ||
        take_matrix(given[SIDE_CELLS], "sides", WORD, SIDES * SIDE, &self->sides) < 0 ||
        (self->side_bias = take_row(given[SIDE_BIAS], "side_bias", SIDES * SIDE)) == NULL ||
        (self->side_gain = take_row(given[SIDE_GAIN], "side_gain", SIDES * SIDE)) == NULL ||
        (self->side_shift = take_row(given[SIDE_SHIFT], "side_shift", SIDES * SIDE)) == NULL ||
        (self->first_bias = take_row(given[FIRST_BIAS], "first_bias", SIDES * SIDE)) == NULL ||
        (self->second_bias = take_row(given[SECOND_BIAS], "second_bias", SIDES * SIDE)) == NULL ||
        (self->gain = take_row(given[GAIN], "gain", ALL)) == NULL ||
        (self->shift = take_row(given[SHIFT], "shift", ALL)) == NULL ||
        take_matrix(given[ACROSS], "across", ALL, MEANT, &self->across) < 0 ||
        (self->across_bias = take_row(given[ACROSS_BIAS], "across_bias", MEANT)) == NULL)
        return -1;
    for (int side = 0, place = 0; side < SIDES; side++) {
        Matrix whole = {0};
        if (take_matrix(given[FIRST + side], "first", LENGTHS[side] * SIDE, SIDE, &whole) < 0)
            return -1;
        for (int i = 0; i < LENGTHS[side]; i++, place++) { /* the rows of one place, in strips of their own */
            Matrix *part = &self->first[place];
            part->rows = SIDE;
            part->columns = SIDE;
            if ((part->cells = table_new(SIDE * SIDE * sizeof(float))) == NULL) {
                table_free(whole.cells);
                return -1;
            }
            for (Py_ssize_t column = 0; column < SIDE; column += STRIP)
                memcpy(part->cells + column * SIDE, whole.cells + column * whole.rows + i * SIDE * STRIP,
                       SIDE * STRIP * sizeof(float));
        }
        table_free(whole.cells);
        if (take_matrix(given[SECOND + side], "second", LENGTHS[side] * SIDE, SIDE, &self->second[side]) < 0)
            return -1;
    }
    for (int i = 0; i < 6; i++)
        if (take_matrix(given[DENSE + i], "dense", shapes[i][0], shapes[i][1], &self->dense[i]) < 0)
            return -1;
    return 0;
}

static int take_scratch(Encoder *self)
{
    self->kept = table_new(KEPT * sizeof *self->kept);
    self->all = table_new(MOST_WORDS * ALL * sizeof(float));
    if (self->kept == NULL || self->all == NULL)
        return -1;
    for (int i = 0; i < KEPT; i++)
        self->kept[i].word = -1;
    for (int which = 0; which < 2; which++)
        for (int side = 0; side < SIDES; side++)
            if ((self->rows[which][side] = table_new((MOST_WORDS + 2 * MARGIN) * SIDE * sizeof(float))) == NULL)
                return -1;
    return 0;
}

static PyObject *encoder_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"arrays", "least", NULL};
    PyObject *arrays;
    float least;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!f", names, &PyTuple_Type, &arrays, &least))
        return NULL;
    if (PyTuple_GET_SIZE(arrays) != ARRAYS) {
        PyErr_Format(PyExc_ValueError, "an encoder is made of %d arrays, not %zd", ARRAYS, PyTuple_GET_SIZE(arrays));
        return NULL;
    }
    Encoder *self = (Encoder *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->least = least;
#ifdef HAS_TWO
    if (IS_WIDE)
        multiply_here = multiply_wide;
#endif
    if (take_arrays(self, &PyTuple_GET_ITEM(arrays, 0)) < 0 || take_scratch(self) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static PyMethodDef methods[] = {
    {"read", (PyCFunction)encoder_read, METH_O,
     "What a text of words (int32 numbers) means: float32, of length one."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject EncoderType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "pointsman_native.Encoder",
    .tp_basicsize = sizeof(Encoder),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "What texts mean, by a sentence encoder; see meaning.py.",
    .tp_new = encoder_new,
    .tp_dealloc = (destructor)encoder_free,
    .tp_methods = methods,
};

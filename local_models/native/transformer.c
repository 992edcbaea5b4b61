/* What a turn means among the messages of its talk: the loops of transformer.py.
 *
 * Nearly all of the time goes into rows times matrices. Both are whole numbers there: cells of a matrix from -63 to 63,
 * so that two products of a byte with one fit into sixteen bits, and cells of a row from -127 to 127 with a scale
 * for each row. Sums of whole numbers are the same in whatever order they are made. */
#include "native.h"
#include <math.h>
#include <string.h>
#ifdef HAS_TWO
#include <immintrin.h>
#endif

#define MOST_LAYERS 12
#define MOST_PIECES 160
#define MOST_INNER 4096
#define LANES 8     /* floats, and columns of a block */
#define DEEP 4      /* rows of a block */
#define STRIP 16    /* columns that are added up at once */
#define ABREAST 4   /* rows of inputs that are, */
#define MOST_ABREAST 8 /* and with the widest loops */
#define RAISED 128  /* added to a row's cells, which are bytes without a sign then */

/* A matrix of whole numbers: strips of STRIP columns, each in blocks of DEEP rows by LANES columns, a column's
 * cells together. */
typedef struct {
    int8_t *cells;
    float *scale, *bias;              /* by column */
    float *raised;                    /* what RAISED adds to each column's sum */
    Py_ssize_t rows, columns;
} Matrix;

typedef struct {
    Matrix all, out, up, down;        /* `all`: queries, keys and values side by side */
    float *middle_gain, *middle_shift, *end_gain, *end_shift;
} Layer;

typedef struct Transformer Transformer;

/* Rows in whole numbers of `depth` cells, what a step of each is worth, one strip of a matrix, and where their products
 * go: STRIP floats a row, `far` floats apart. */
typedef struct {
    const uint8_t *rows;
    const float *steps;
    Py_ssize_t depth;
    const int8_t *cells;
    const float *raised, *scale, *bias; /* of the strip's columns */
    float *out;
    Py_ssize_t far;
} Block;

typedef void (*Strip)(const Block *block, int count);
typedef float (*RoundRow)(uint8_t *, const float *, Py_ssize_t);
typedef void (*Bend)(float *, Py_ssize_t);
typedef void (*LookAll)(const Transformer *, Py_ssize_t, Py_ssize_t, const float *, const uint8_t *);

/* The loops of one width. */
typedef struct {
    Strip strip;
    int abreast; /* rows that it takes at most */
    RoundRow round;
    Bend bend;
    LookAll look;
} Loops;

struct Transformer {
    PyObject_HEAD
    Py_buffer words;                  /* a row of int8 for each piece of a word */
    Py_ssize_t count, width, heads, inner, places, sides, ages, local;
    float *scale;                     /* by piece */
    float *place, *side, *gain, *shift, *age;
    Layer layers[MOST_LAYERS];
    Py_ssize_t depth;
    float least;
    float *states, *wide, *mixed, *added; /* scratch: rows of every piece */
    uint8_t *whole;                   /* scratch: a row in whole numbers for every piece */
    float *steps;                     /* scratch: what a step of each is worth */
    Loops loops;
};

typedef float Lane __attribute__((vector_size(32), aligned(4), may_alias));

/* ---- rows times matrices ----------------------------------------------------------------------- */

/* What the sums of one row come to. */
static INLINE void tell_sums(const Block *block, int row, const int32_t *sums)
{
    float *out = block->out + row * block->far, step = block->steps[row];
    for (int j = 0; j < STRIP; j++)
        out[j] = (sums[j] - block->raised[j]) * (step * block->scale[j]) + block->bias[j];
}

static void strip_plain(const Block *block, int count)
{
    for (int i = 0; i < count; i++) {
        int32_t sums[STRIP] = {0};
        const uint8_t *row = block->rows + i * block->depth;
        const int8_t *cells = block->cells;
        for (Py_ssize_t k = 0; k < block->depth; k += DEEP, cells += DEEP * STRIP)
            for (int column = 0; column < STRIP; column++)
                for (int j = 0; j < DEEP; j++)
                    sums[column] += row[k + j] * cells[column * DEEP + j];
        tell_sums(block, i, sums);
    }
}

#ifdef HAS_TWO
WIDE static INLINE void strip_of(const Block *block, const int count)
{
    const __m256i ones = _mm256_set1_epi16(1);
    const int8_t *cells = block->cells;
    __m256i left[ABREAST], right[ABREAST];
    for (int i = 0; i < count; i++)
        left[i] = right[i] = _mm256_setzero_si256();
    for (Py_ssize_t k = 0; k < block->depth; k += DEEP, cells += DEEP * STRIP) {
        __m256i low = _mm256_loadu_si256((const __m256i *)cells);
        __m256i high = _mm256_loadu_si256((const __m256i *)(cells + DEEP * LANES));
#pragma GCC unroll 4
        for (int i = 0; i < count; i++) {
            int32_t four;
            memcpy(&four, block->rows + i * block->depth + k, sizeof four);
            __m256i row = _mm256_set1_epi32(four);
            left[i] = _mm256_add_epi32(left[i], _mm256_madd_epi16(_mm256_maddubs_epi16(row, low), ones));
            right[i] = _mm256_add_epi32(right[i], _mm256_madd_epi16(_mm256_maddubs_epi16(row, high), ones));
        }
    }
    for (int i = 0; i < count; i++) {
        int32_t sums[STRIP];
        _mm256_storeu_si256((__m256i *)sums, left[i]);
        _mm256_storeu_si256((__m256i *)(sums + LANES), right[i]);
        tell_sums(block, i, sums);
    }
}

WIDE static void strip_wide(const Block *block, int count)
{
    switch (count) {
    case 1: strip_of(block, 1); break;
    case 2: strip_of(block, 2); break;
    case 3: strip_of(block, 3); break;
    default: strip_of(block, ABREAST);
    }
}

/* Where there is an instruction for it, sixteen columns at once, and more rows: each waits for its own sum. */
WIDEST static INLINE void strip_in_one(const Block *block, const int count)
{
    const int8_t *cells = block->cells;
    __m512i sums[MOST_ABREAST];
    for (int i = 0; i < count; i++)
        sums[i] = _mm512_setzero_si512();
    for (Py_ssize_t k = 0; k < block->depth; k += DEEP, cells += DEEP * STRIP) {
        __m512i strip = _mm512_loadu_si512(cells);
#pragma GCC unroll 8
        for (int i = 0; i < count; i++) {
            int32_t four;
            memcpy(&four, block->rows + i * block->depth + k, sizeof four);
            sums[i] = _mm512_dpbusd_epi32(sums[i], _mm512_set1_epi32(four), strip);
        }
    }
    __m512 raised = _mm512_loadu_ps(block->raised), scale = _mm512_loadu_ps(block->scale);
    __m512 bias = _mm512_loadu_ps(block->bias);
    for (int i = 0; i < count; i++) {
        __m512 sum = _mm512_sub_ps(_mm512_cvtepi32_ps(sums[i]), raised);
        __m512 step = _mm512_mul_ps(_mm512_set1_ps(block->steps[i]), scale);
        _mm512_storeu_ps(block->out + i * block->far, _mm512_fmadd_ps(sum, step, bias));
    }
}

WIDEST static void strip_widest(const Block *block, int count)
{
    switch (count) {
    case 1: strip_in_one(block, 1); break;
    case 2: strip_in_one(block, 2); break;
    case 3: strip_in_one(block, 3); break;
    case 4: strip_in_one(block, 4); break;
    case 5: strip_in_one(block, 5); break;
    case 6: strip_in_one(block, 6); break;
    case 7: strip_in_one(block, 7); break;
    default: strip_in_one(block, MOST_ABREAST);
    }
}
#endif

/* ---- what is done to single numbers, eight at a time where the processor can ---------------------- */

/* e to the x within 3e-6 of it. */
static INLINE float quick_exp(float x)
{
    x = x < -80 ? -80 : x > 80 ? 80 : x;
    float power = x * 1.44269504f;
    int32_t whole = (int32_t)(power + (power < 0 ? -0.5f : 0.5f));
    float part = power - (float)whole;
    float value = 1 + part * (0.693147182f + part * (0.240226462f + part * (0.0555033177f +
                  part * (0.00961834f + part * 0.00133935f))));
    int32_t bits = (whole + 127) << 23;
    float scale;
    memcpy(&scale, &bits, sizeof scale);
    return value * scale;
}

/* A row in whole numbers, raised; what a step is worth. */
static INLINE float round_row(uint8_t *whole, const float *row, Py_ssize_t width)
{
    const float magic = 12582912.0f; /* adding it leaves no room for what lies behind the point */
    float most = 1e-9f;
    for (Py_ssize_t i = 0; i < width; i++) {
        float size = fabsf(row[i]);
        most = size > most ? size : most;
    }
    float steep = 127.0f / most;
    for (Py_ssize_t i = 0; i < width; i++)
        whole[i] = (uint8_t)((int32_t)((row[i] * steep + magic) - magic) + RAISED);
    return most / 127.0f;
}

static INLINE void bend(float *cells, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        float x = cells[i];
        cells[i] = x / (1 + quick_exp(-1.5957691216f * (x + 0.044715f * x * x * x)));
    }
}

static INLINE float product(const float *left, const float *right, Py_ssize_t width)
{
    Lane sum = {0};
    for (Py_ssize_t i = 0; i < width; i += LANES)
        sum += *(const Lane *)(left + i) * *(const Lane *)(right + i);
    return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

/* One head: `mixed` becomes the values of all pieces, weighed by how well their keys fit the query. */
static INLINE void look(float *mixed, const float *query, const float *keys, const float *values, Py_ssize_t far,
                        const float *bias, Py_ssize_t count, Py_ssize_t width, float steep)
{
    float fits[MOST_PIECES], best = -INFINITY, whole = 0;
    for (Py_ssize_t at = 0; at < count; at++) {
        fits[at] = product(query, keys + at * far, width) * steep + bias[at];
        best = fits[at] > best ? fits[at] : best;
    }
    for (Py_ssize_t at = 0; at < count; at++)
        fits[at] = quick_exp(fits[at] - best);
    for (Py_ssize_t at = 0; at < count; at++)
        whole += fits[at];
    memset(mixed, 0, width * sizeof *mixed);
    for (Py_ssize_t at = 0; at < count; at++) {
        float share = fits[at] / whole;
        const float *value = values + at * far;
        for (Py_ssize_t i = 0; i < width; i += LANES)
            *(Lane *)(mixed + i) += share * *(const Lane *)(value + i);
    }
}

/* Every head of the first `own` of `count` pieces. `age` has a row for each head, `old` the age of each piece. */
static INLINE void look_all(const Transformer *self, Py_ssize_t own, Py_ssize_t count, const float *age,
                            const uint8_t *old)
{
    Py_ssize_t width = self->width, size = width / self->heads, far = 3 * width;
    float bias[MOST_PIECES] = {0}, steep = 1 / sqrtf((float)size);
    for (Py_ssize_t head = 0; head < self->heads; head++) {
        for (Py_ssize_t at = 0; age != NULL && at < count; at++)
            bias[at] = age[head * self->ages + old[at]];
        for (Py_ssize_t at = 0; at < own; at++) {
            const float *from = self->wide + head * size;
            look(self->mixed + at * width + head * size, from + at * far, from + width, from + 2 * width, far, bias,
                 count, size, steep);
        }
    }
}

static float round_plain(uint8_t *whole, const float *row, Py_ssize_t width)
{
    return round_row(whole, row, width);
}

static void bend_plain(float *cells, Py_ssize_t count)
{
    bend(cells, count);
}

static void look_plain(const Transformer *self, Py_ssize_t own, Py_ssize_t count, const float *age, const uint8_t *old)
{
    look_all(self, own, count, age, old);
}

#ifdef HAS_TWO
WIDE static float round_wide(uint8_t *whole, const float *row, Py_ssize_t width)
{
    return round_row(whole, row, width);
}

WIDE static void bend_wide(float *cells, Py_ssize_t count)
{
    bend(cells, count);
}

WIDE static void look_wide(const Transformer *self, Py_ssize_t own, Py_ssize_t count, const float *age,
                           const uint8_t *old)
{
    look_all(self, own, count, age, old);
}
#endif

enum { PLAIN, WIDER, WIDEST_OF_ALL };

/* The widest loops that the processor has, and none wider than is asked for. */
static Loops choose_loops(int most)
{
    Loops loops = {strip_plain, ABREAST, round_plain, bend_plain, look_plain};
#ifdef HAS_TWO
    if (IS_WIDE && most >= WIDER)
        loops = (Loops){strip_wide, ABREAST, round_wide, bend_wide, look_wide};
    if (IS_WIDE && IS_WIDEST && most >= WIDEST_OF_ALL) {
        loops.strip = strip_widest;
        loops.abreast = MOST_ABREAST;
    }
#else
    (void)most;
#endif
    return loops;
}

/* ---- layers ------------------------------------------------------------------------------------ */

static void round_rows(const Transformer *self, const float *rows, Py_ssize_t count, Py_ssize_t width)
{
    for (Py_ssize_t at = 0; at < count; at++)
        self->steps[at] = self->loops.round(self->whole + at * width, rows + at * width, width);
}

/* Rows that were rounded, from the `first` to the `last`, times columns of a matrix from `column` on, plus bias. */
static void send(const Transformer *self, float *out, Py_ssize_t first, Py_ssize_t last, const Matrix *matrix,
                 Py_ssize_t column)
{
    Py_ssize_t depth = matrix->rows, most = self->loops.abreast;
    for (; column < matrix->columns; column += STRIP)
        for (Py_ssize_t at = first, count; at < last; at += count) {
            Py_ssize_t blocks = (last - at + most - 1) / most;
            count = (last - at + blocks - 1) / blocks; /* blocks of like size: a row alone waits for its sums */
            Block block = {
                self->whole + at * depth, self->steps + at, depth, matrix->cells + column * depth,
                matrix->raised + column, matrix->scale + column, matrix->bias + column,
                out + at * matrix->columns + column, matrix->columns,
            };
            self->loops.strip(&block, (int)count);
        }
}

static void add_and_even(const Transformer *self, Py_ssize_t count, const float *gain, const float *shift)
{
    for (Py_ssize_t at = 0; at < count; at++) {
        float *row = self->states + at * self->width;
        for (Py_ssize_t i = 0; i < self->width; i++)
            row[i] += self->added[at * self->width + i];
        even_out(row, self->width, gain, shift, self->least);
    }
}

/* One layer: the first `own` of `count` pieces look at all of them; the others stay as they are. */
static void climb(const Transformer *self, const Layer *layer, Py_ssize_t own, Py_ssize_t count, const float *age,
                  const uint8_t *old)
{
    round_rows(self, self->states, count, self->width);
    send(self, self->wide, 0, own, &layer->all, 0);
    send(self, self->wide, own, count, &layer->all, self->width); /* nobody asks what they look for */
    self->loops.look(self, own, count, age, old);
    round_rows(self, self->mixed, own, self->width);
    send(self, self->added, 0, own, &layer->out, 0);
    add_and_even(self, own, layer->middle_gain, layer->middle_shift);
    round_rows(self, self->states, own, self->width);
    send(self, self->wide, 0, own, &layer->up, 0);
    self->loops.bend(self->wide, own * self->inner);
    round_rows(self, self->wide, own, self->inner);
    send(self, self->added, 0, own, &layer->down, 0);
    add_and_even(self, own, layer->end_gain, layer->end_shift);
}

/* How many pieces a message has; -1 with the error set where it cannot be read. */
static Py_ssize_t check_pieces(const Transformer *self, const Py_buffer *view, Py_ssize_t side)
{
    Py_ssize_t count = view->len / (Py_ssize_t)sizeof(int32_t);
    const int32_t *pieces = view->buf;
    if (count < 1 || count > self->places) {
        PyErr_Format(PyExc_ValueError, "a message has 1 to %zd pieces, not %zd", self->places, count);
        return -1;
    }
    if (side < 0 || side >= self->sides) {
        PyErr_Format(PyExc_ValueError, "there is no side %zd", side);
        return -1;
    }
    for (Py_ssize_t at = 0; at < count; at++)
        if (pieces[at] < 0 || pieces[at] >= self->count) {
            PyErr_Format(PyExc_ValueError, "there is no piece %d among %zd", pieces[at], self->count);
            return -1;
        }
    return count;
}

/* The states of a message's pieces by itself; how many, or -1 with the error set. */
static Py_ssize_t look_alone(const Transformer *self, PyObject *object, Py_ssize_t side)
{
    Py_buffer view;
    if (view_of(object, &view, sizeof(int32_t), "pieces") < 0)
        return -1;
    Py_ssize_t count = check_pieces(self, &view, side), width = self->width;
    const int32_t *pieces = view.buf;
    for (Py_ssize_t at = 0; at < count; at++) {
        float *row = self->states + at * width, scale = self->scale[pieces[at]];
        const int8_t *word = (const int8_t *)self->words.buf + pieces[at] * width;
        for (Py_ssize_t i = 0; i < width; i++)
            row[i] = word[i] * scale + self->place[at * width + i] + self->side[side * width + i];
        even_out(row, width, self->gain, self->shift, self->least);
    }
    for (Py_ssize_t at = 0; count > 0 && at < self->local; at++)
        climb(self, &self->layers[at], count, count, NULL, NULL);
    PyBuffer_Release(&view);
    return count;
}

static PyObject *transformer_remember(Transformer *self, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs != 2) {
        PyErr_SetString(PyExc_TypeError, "remember takes pieces and a side");
        return NULL;
    }
    Py_ssize_t side = PyLong_AsSsize_t(args[1]);
    if (side == -1 && PyErr_Occurred())
        return NULL;
    Py_ssize_t count = look_alone(self, args[0], side);
    if (count < 0)
        return NULL;
    return PyBytes_FromStringAndSize((const char *)self->states, count * self->width * (Py_ssize_t)sizeof(float));
}

/* Lay what is remembered behind the turn's own states; how many pieces there are in all, or -1 with the error set. */
static Py_ssize_t lay_behind(const Transformer *self, Py_ssize_t count, PyObject *before, uint8_t *old)
{
    Py_ssize_t row = self->width * (Py_ssize_t)sizeof(float);
    PyObject *told = PySequence_Fast(before, "what was said before is a sequence of bytes");
    if (told == NULL)
        return -1;
    memset(old, 0, count);
    for (Py_ssize_t at = 0; at < PySequence_Fast_GET_SIZE(told); at++) {
        PyObject *one = PySequence_Fast_GET_ITEM(told, at);
        Py_ssize_t size = PyBytes_Check(one) ? PyBytes_GET_SIZE(one) : -1, more = size / row;
        if (size < 0 || size % row || count + more > MOST_PIECES) {
            PyErr_Format(PyExc_ValueError, "a talk has at most %d pieces, each %zd bytes", MOST_PIECES, row);
            count = -1;
            break;
        }
        memcpy(self->states + count * self->width, PyBytes_AS_STRING(one), size);
        memset(old + count, (int)(at + 1 < self->ages ? at + 1 : self->ages - 1), more);
        count += more;
    }
    Py_DECREF(told);
    return count;
}

static PyObject *transformer_read(Transformer *self, PyObject *const *args, Py_ssize_t nargs)
{
    uint8_t old[MOST_PIECES];
    Py_ssize_t width = self->width;
    if (nargs != 2) {
        PyErr_SetString(PyExc_TypeError, "read takes pieces and what was said before");
        return NULL;
    }
    Py_ssize_t own = look_alone(self, args[0], 0);
    Py_ssize_t count = own < 0 ? -1 : lay_behind(self, own, args[1], old);
    PyObject *result = count < 0 ? NULL : PyBytes_FromStringAndSize(NULL, 2 * width * (Py_ssize_t)sizeof(float));
    if (result == NULL)
        return NULL;
    for (Py_ssize_t at = self->local; at < self->depth; at++)
        climb(self, &self->layers[at], own, count, self->age + (at - self->local) * self->heads * self->ages, old);
    float *meant = (float *)PyBytes_AS_STRING(result);
    memcpy(meant, self->states, width * sizeof *meant);
    memset(meant + width, 0, width * sizeof *meant);
    for (Py_ssize_t at = 0; at < own; at++)
        for (Py_ssize_t i = 0; i < width; i++)
            meant[width + i] += self->states[at * width + i] / own;
    return result;
}

/* ---- building ---------------------------------------------------------------------------------- */

enum { WORDS, SCALE, PLACES, SIDES, GAIN, SHIFT, AGES, LAYERS };
enum { CELLS, STEPS, BIAS, MATRIX };
enum { ALL, OUT, UP, DOWN, MIDDLE_GAIN, MIDDLE_SHIFT, END_GAIN, END_SHIFT, PARTS };

static int lay_cells(Matrix *matrix, const int8_t *cells)
{
    Py_ssize_t rows = matrix->rows, columns = matrix->columns;
    for (Py_ssize_t column = 0; column < columns; column++) {
        Py_ssize_t within = column % STRIP, sum = 0;
        int8_t *strip = matrix->cells + (column - within) * rows;
        for (Py_ssize_t row = 0; row < rows; row++) {
            int8_t cell = cells[row * columns + column];
            if (cell < -63 || cell > 63) {
                PyErr_Format(PyExc_ValueError, "a matrix has cells from -63 to 63, not %d", cell);
                return -1;
            }
            strip[row / DEEP * DEEP * STRIP + within * DEEP + row % DEEP] = cell;
            sum += cell;
        }
        matrix->raised[column] = (float)(RAISED * sum);
    }
    return 0;
}

static int take_matrix(PyObject *parts, const char *name, Py_ssize_t rows, Py_ssize_t columns, Matrix *matrix)
{
    Py_buffer view;
    if (!PyTuple_Check(parts) || PyTuple_GET_SIZE(parts) != MATRIX) {
        PyErr_Format(PyExc_ValueError, "%s is made of %d arrays", name, MATRIX);
        return -1;
    }
    matrix->rows = rows;
    matrix->columns = columns;
    if ((matrix->scale = take_row(PyTuple_GET_ITEM(parts, STEPS), name, columns)) == NULL ||
        (matrix->bias = take_row(PyTuple_GET_ITEM(parts, BIAS), name, columns)) == NULL ||
        (matrix->cells = table_new(rows * columns)) == NULL ||
        (matrix->raised = table_new(columns * sizeof(float))) == NULL ||
        view_of(PyTuple_GET_ITEM(parts, CELLS), &view, 1, name) < 0)
        return -1;
    int taken = -1;
    if (view.len == rows * columns)
        taken = lay_cells(matrix, view.buf);
    else
        PyErr_Format(PyExc_ValueError, "%s has %zd cells, not %zd by %zd", name, view.len, rows, columns);
    PyBuffer_Release(&view);
    return taken;
}

static void free_matrix(Matrix *matrix)
{
    PyMem_Free(matrix->scale);
    PyMem_Free(matrix->bias);
    table_free(matrix->cells);
    table_free(matrix->raised);
}

static void transformer_free(Transformer *self)
{
    float *rows[] = {self->scale, self->place, self->side, self->gain, self->shift, self->age};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        PyMem_Free(rows[i]);
    for (Py_ssize_t at = 0; at < MOST_LAYERS; at++) {
        Layer *layer = &self->layers[at];
        float *own[] = {layer->middle_gain, layer->middle_shift, layer->end_gain, layer->end_shift};
        for (size_t i = 0; i < sizeof own / sizeof *own; i++)
            PyMem_Free(own[i]);
        free_matrix(&layer->all);
        free_matrix(&layer->out);
        free_matrix(&layer->up);
        free_matrix(&layer->down);
    }
    void *scratch[] = {self->states, self->wide, self->mixed, self->added, self->whole, self->steps};
    for (size_t i = 0; i < sizeof scratch / sizeof *scratch; i++)
        table_free(scratch[i]);
    if (self->words.obj != NULL)
        PyBuffer_Release(&self->words);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int take_layer(const Transformer *self, PyObject *parts, Layer *layer)
{
    Py_ssize_t width = self->width, inner = self->inner;
    if (!PyTuple_Check(parts) || PyTuple_GET_SIZE(parts) != PARTS) {
        PyErr_Format(PyExc_ValueError, "a layer is made of %d parts", PARTS);
        return -1;
    }
    PyObject *const *given = &PyTuple_GET_ITEM(parts, 0);
    return (layer->middle_gain = take_row(given[MIDDLE_GAIN], "middle_gain", width)) == NULL ||
           (layer->middle_shift = take_row(given[MIDDLE_SHIFT], "middle_shift", width)) == NULL ||
           (layer->end_gain = take_row(given[END_GAIN], "end_gain", width)) == NULL ||
           (layer->end_shift = take_row(given[END_SHIFT], "end_shift", width)) == NULL ||
           take_matrix(given[ALL], "all", width, 3 * width, &layer->all) < 0 ||
           take_matrix(given[OUT], "out", width, width, &layer->out) < 0 ||
           take_matrix(given[UP], "up", width, inner, &layer->up) < 0 ||
           take_matrix(given[DOWN], "down", inner, width, &layer->down) < 0 ? -1 : 0;
}

static int take_rows(Transformer *self, PyObject *const *given)
{
    Py_ssize_t cells = 0, joint = self->depth - self->local;
    if (PyObject_GetBuffer(given[WORDS], &self->words, PyBUF_C_CONTIGUOUS) < 0)
        return -1;
    self->count = self->words.len / self->width;
    if ((self->scale = take_row(given[SCALE], "scale", self->count)) == NULL ||
        (self->place = copy_of(given[PLACES], sizeof(float), "places", &cells)) == NULL)
        return -1;
    self->places = cells / self->width < MOST_PIECES ? cells / self->width : MOST_PIECES;
    if ((self->side = copy_of(given[SIDES], sizeof(float), "sides", &cells)) == NULL)
        return -1;
    self->sides = cells / self->width;
    if ((self->age = copy_of(given[AGES], sizeof(float), "ages", &cells)) == NULL)
        return -1;
    self->ages = joint > 0 ? cells / (joint * self->heads) : 1;
    if (self->ages < 1 || self->ages > 255 || (joint > 0 && cells != joint * self->heads * self->ages)) {
        PyErr_SetString(PyExc_ValueError, "ages are by layer, head and age");
        return -1;
    }
    return (self->gain = take_row(given[GAIN], "gain", self->width)) == NULL ||
           (self->shift = take_row(given[SHIFT], "shift", self->width)) == NULL ? -1 : 0;
}

static int take_scratch(Transformer *self)
{
    Py_ssize_t widest = self->inner > 3 * self->width ? self->inner : 3 * self->width;
    self->states = table_new(MOST_PIECES * self->width * sizeof(float));
    self->wide = table_new(MOST_PIECES * widest * sizeof(float));
    self->mixed = table_new(MOST_PIECES * self->width * sizeof(float));
    self->added = table_new(MOST_PIECES * self->width * sizeof(float));
    self->whole = table_new(MOST_PIECES * widest);
    self->steps = table_new(MOST_PIECES * sizeof(float));
    return self->states && self->wide && self->mixed && self->added && self->whole && self->steps ? 0 : -1;
}

static int take_all(Transformer *self, PyObject *const *given)
{
    PyObject *layers = given[LAYERS];
    if (!PyTuple_Check(layers) || PyTuple_GET_SIZE(layers) < 1 || PyTuple_GET_SIZE(layers) > MOST_LAYERS ||
        self->local < 0 || self->local > PyTuple_GET_SIZE(layers)) {
        PyErr_Format(PyExc_ValueError, "a transformer has 1 to %d layers", MOST_LAYERS);
        return -1;
    }
    self->depth = PyTuple_GET_SIZE(layers);
    if (take_rows(self, given) < 0 || take_scratch(self) < 0)
        return -1;
    for (Py_ssize_t at = 0; at < self->depth; at++)
        if (take_layer(self, PyTuple_GET_ITEM(layers, at), &self->layers[at]) < 0)
            return -1;
    return 0;
}

static PyObject *transformer_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"arrays", "width", "heads", "inner", "local", "least", "loops", NULL};
    PyObject *arrays;
    Py_ssize_t width, heads, inner, local;
    float least;
    int loops = WIDEST_OF_ALL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!nnnnf|i", names, &PyTuple_Type, &arrays, &width, &heads, &inner,
                                     &local, &least, &loops))
        return NULL;
    if (PyTuple_GET_SIZE(arrays) != LAYERS + 1 || heads < 1 || width < 1 || inner < 1 || width % (heads * LANES) ||
        width % STRIP || inner % STRIP || inner > MOST_INNER || width > MOST_INNER) {
        PyErr_SetString(PyExc_ValueError, "these are not the arrays of a transformer");
        return NULL;
    }
    Transformer *self = (Transformer *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->width = width;
    self->heads = heads;
    self->inner = inner;
    self->local = local;
    self->least = least;
    self->loops = choose_loops(loops);
    if (take_all(self, &PyTuple_GET_ITEM(arrays, 0)) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static PyMethodDef methods[] = {
    {"remember", (PyCFunction)(void (*)(void))transformer_remember, METH_FASTCALL,
     "What the first layers make of a message's pieces (int32) and whose it is: a row of float32 for each."},
    {"read", (PyCFunction)(void (*)(void))transformer_read, METH_FASTCALL,
     "What a turn's pieces (int32) mean after the messages before it, the newest first, as they are remembered: the "
     "state of the first piece and the mean of all, float32."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject TransformerType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "pointsman_native.Transformer",
    .tp_basicsize = sizeof(Transformer),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "What turns mean within their talks; see transformer.py.",
    .tp_new = transformer_new,
    .tp_dealloc = (destructor)transformer_free,
    .tp_methods = methods,
};

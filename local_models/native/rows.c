/* Tables of n-grams with one small int8 row each, summed over a text, and the small network that may
 * stand on the sums: the loop of table.py.
 *
 * Several tables that read the same texts lie in one: an n-gram is looked up once, and its rows in all
 * of them stand side by side in memory. Getting there is what reading a text costs: so a record begins with
 * a line of memory, and rows stand close. Columns are added by whole BLOCKs; what that reads behind a row's
 * end falls into columns of the sums that nobody looks at. */
#include "native.h"
#include <math.h>
#include <string.h>

#define VIEWS 4
#define MOST_TABLES 8
#define AHEAD 12 /* look-ups between asking for a line of memory and needing it */
#define LINE 64
#define BLOCK 8

#ifdef HAS_TWO
#include <immintrin.h>
#endif

/* Adds `count` columns of a row, times a value, to the sums; `count` is whole blocks. */
typedef void (*AddRow)(float *restrict sums, const int8_t *restrict row, Py_ssize_t count, float value);

typedef struct {
    uint32_t key;
    uint32_t place; /* of the record, in steps of STEP bytes, plus one; 0 where nothing lies */
} Slot;

/* A record: which tables know the n-gram (a bit each), its rarity in each of those, its rows there. */
#define STEP LINE
#define HEAD 4

typedef struct {
    const uint32_t *keys;
    const float *idf;
    const int8_t *cells;
    float view_weights[VIEWS];
    float *scale;
    Py_ssize_t rows, width, padded;
    float *bias, *hidden_bias; /* the network: labels, hidden units; NULL without one */
    float *output;             /* hidden units by labels */
    Py_ssize_t labels, hidden;
    float *sums;               /* scratch: VIEWS rows of `padded` columns */
    float *total;              /* scratch: `width` columns */
    double squares[VIEWS];     /* scratch: of the values in each view */
} Table;

typedef struct {
    PyObject_HEAD
    Table tables[MOST_TABLES];
    Py_ssize_t count;
    Slot *slots;
    uint32_t shift, mask;
    uint8_t *records;
} Rows;

static void rows_free(Rows *self)
{
    for (Py_ssize_t i = 0; i < self->count; i++) {
        Table *table = &self->tables[i];
        float *parts[] = {table->scale, table->total, table->bias, table->hidden_bias, table->output};
        for (size_t j = 0; j < sizeof parts / sizeof *parts; j++)
            PyMem_Free(parts[j]);
        table_free(table->sums);
    }
    table_free(self->slots);
    table_free(self->records);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static inline uint32_t home_of(const Rows *self, uint32_t key)
{
    return (key * 0x9E3779B1U) >> self->shift;
}

static inline Slot *slot_of(const Rows *self, uint32_t key)
{
    uint32_t at = home_of(self, key);
    while (self->slots[at].place && self->slots[at].key != key)
        at = (at + 1) & self->mask;
    return &self->slots[at];
}

/* ---- building ---------------------------------------------------------------------------------- */

/* Count the tables that know each key into its slot; -1 with the error set. */
static int lay_keys(Rows *self)
{
    Py_ssize_t total = 0;
    for (Py_ssize_t i = 0; i < self->count; i++)
        total += self->tables[i].rows;
    uint32_t bits = 4;
    while ((1LL << bits) < 2 * total)
        bits++;
    self->shift = 32 - bits;
    self->mask = (1U << bits) - 1;
    self->slots = table_new(sizeof *self->slots << bits);
    if (self->slots == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < self->count; i++)
        for (Py_ssize_t row = 0; row < self->tables[i].rows; row++) {
            uint32_t key = self->tables[i].keys[row];
            Slot *slot = slot_of(self, key);
            if (slot->place >> i & 1) {
                PyErr_SetString(PyExc_ValueError, "a key stands twice in a table; train it again "
                                                  "with `main.py train`");
                return -1;
            }
            *slot = (Slot){key, slot->place | 1U << i};
        }
    return 0;
}

static size_t size_of(const Rows *self, uint32_t known)
{
    size_t size = HEAD;
    for (Py_ssize_t i = 0; i < self->count; i++)
        if (known >> i & 1)
            size += sizeof(float) + self->tables[i].width;
    return (size + STEP - 1) / STEP * STEP;
}

/* Give every slot a record of its size in place of the bits that say who knows it. */
static int lay_records(Rows *self)
{
    size_t total = 0;
    for (uint32_t at = 0; at <= self->mask; at++)
        if (self->slots[at].place)
            total += size_of(self, self->slots[at].place);
    self->records = table_new(total + LINE);
    if (self->records == NULL)
        return -1;
    size_t next = 0;
    for (uint32_t at = 0; at <= self->mask; at++) {
        uint32_t known = self->slots[at].place;
        if (!known)
            continue;
        memcpy(self->records + next, &known, HEAD);
        self->slots[at].place = (uint32_t)(next / STEP) + 1;
        next += size_of(self, known);
    }
    return 0;
}

/* Write each table's rarities and rows into the records, in the tables' order. */
static void fill_records(Rows *self)
{
    for (Py_ssize_t i = 0; i < self->count; i++) {
        const Table *table = &self->tables[i];
        for (Py_ssize_t row = 0; row < table->rows; row++) {
            uint8_t *record = self->records + (slot_of(self, table->keys[row])->place - 1) * STEP;
            uint32_t known;
            memcpy(&known, record, HEAD);
            size_t rarity = HEAD, cells = HEAD;
            for (Py_ssize_t j = 0; j < self->count; j++)
                if (known >> j & 1) {
                    rarity += j < i ? sizeof(float) : 0;
                    cells += sizeof(float) + (j < i ? self->tables[j].width : 0);
                }
            memcpy(record + rarity, &table->idf[row], sizeof(float));
            memcpy(record + cells, &table->cells[row * table->width], table->width);
        }
    }
}

/* Take in the network above a table: bias, hidden_bias and output, or None. */
static int take_network(Table *table, PyObject *parts)
{
    Py_ssize_t cells = 0;
    if (parts == Py_None)
        return 0;
    if (!PyTuple_Check(parts) || PyTuple_GET_SIZE(parts) != 3) {
        PyErr_SetString(PyExc_TypeError, "a network is bias, hidden_bias and output");
        return -1;
    }
    if (!(table->bias = copy_of(PyTuple_GET_ITEM(parts, 0), 4, "bias", &table->labels)) ||
        !(table->hidden_bias = copy_of(PyTuple_GET_ITEM(parts, 1), 4, "hidden_bias", &table->hidden)) ||
        !(table->output = copy_of(PyTuple_GET_ITEM(parts, 2), 4, "output", &cells)))
        return -1;
    if (table->labels + table->hidden != table->width || cells != table->hidden * table->labels) {
        PyErr_SetString(PyExc_ValueError, "bias, hidden_bias, output and scale do not fit together");
        return -1;
    }
    return 0;
}

/* Take in one table's arrays for as long as `views` are held. */
static int take_table(Table *table, PyObject *parts, Py_buffer *views)
{
    static const char *names[] = {"keys", "idf", "view_weights", "cells", "scale"};
    static const Py_ssize_t items[] = {4, 4, 4, 1, 4};
    if (!PyTuple_Check(parts) || PyTuple_GET_SIZE(parts) != 6) {
        PyErr_SetString(PyExc_TypeError, "a table is keys, idf, view_weights, cells, scale and network");
        return -1;
    }
    for (int i = 0; i < 5; i++)
        if (view_of(PyTuple_GET_ITEM(parts, i), &views[i], items[i], names[i]) < 0)
            return -1;
    table->keys = views[0].buf;
    table->idf = views[1].buf;
    table->cells = views[3].buf;
    table->rows = views[0].len / 4;
    table->width = views[4].len / 4;
    table->padded = (table->width + BLOCK - 1) / BLOCK * BLOCK;
    if (views[1].len != views[0].len || views[2].len > (Py_ssize_t)sizeof table->view_weights ||
        views[3].len != table->rows * table->width) {
        PyErr_SetString(PyExc_ValueError, "keys, idf, cells and scale do not fit together");
        return -1;
    }
    memcpy(table->view_weights, views[2].buf, views[2].len);
    table->scale = PyMem_New(float, table->width + 1);
    table->total = PyMem_New(float, table->width + 1);
    table->sums = table_new(VIEWS * table->padded * sizeof(float));
    if (!table->scale || !table->total || !table->sums) {
        PyErr_NoMemory();
        return -1;
    }
    memcpy(table->scale, views[4].buf, views[4].len);
    return take_network(table, PyTuple_GET_ITEM(parts, 5));
}

static PyObject *rows_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"tables", NULL};
    PyObject *tables;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!", names, &PyList_Type, &tables))
        return NULL;
    Py_ssize_t count = PyList_GET_SIZE(tables);
    if (count < 1 || count > MOST_TABLES)
        return PyErr_Format(PyExc_ValueError, "one to %d tables are read together", MOST_TABLES);
    Rows *self = (Rows *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->count = count;
    Py_buffer views[MOST_TABLES * 5] = {0};
    int is_fine = 1;
    for (Py_ssize_t i = 0; is_fine && i < count; i++)
        is_fine = take_table(&self->tables[i], PyList_GET_ITEM(tables, i), &views[5 * i]) == 0;
    is_fine = is_fine && lay_keys(self) == 0 && lay_records(self) == 0;
    if (is_fine)
        fill_records(self);
    for (int i = 0; i < MOST_TABLES * 5; i++)
        if (views[i].obj)
            PyBuffer_Release(&views[i]);
    if (!is_fine) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

/* ---- reading ----------------------------------------------------------------------------------- */

static INLINE void add_plain(float *restrict sums, const int8_t *restrict row, Py_ssize_t count,
                             float value)
{
    for (Py_ssize_t j = 0; j < count; j++)
        sums[j] += value * row[j];
}

#ifdef HAS_TWO
WIDE static INLINE void add_wide(float *restrict sums, const int8_t *restrict row, Py_ssize_t count,
                                 float value)
{
    __m256 factor = _mm256_set1_ps(value);
    for (Py_ssize_t j = 0; j < count; j += BLOCK) {
        __m256 cells = _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const void *)(row + j))));
        _mm256_store_ps(sums + j, _mm256_fmadd_ps(factor, cells, _mm256_load_ps(sums + j)));
    }
}
#endif

/* Where one view's rows of one table are added up. */
typedef struct {
    float *sums;
    Py_ssize_t width, padded;
    double squares;
} Heap;

/* Every known n-gram's rows, each times its value, onto its view's heap. */
static INLINE void gather(const Rows *self, const uint32_t *keys, const float *weights, Py_ssize_t count,
                          uint32_t wanted, Heap heaps[VIEWS][MOST_TABLES], AddRow add_row)
{
    for (Py_ssize_t n = 0; n < count; n++) {
        if (n + 2 * AHEAD < count)
            __builtin_prefetch(&self->slots[home_of(self, keys[n + 2 * AHEAD])]);
        if (n + AHEAD < count) {
            const Slot *next = &self->slots[home_of(self, keys[n + AHEAD])];
            const uint8_t *record = self->records + (next->place ? next->place - 1 : 0) * (size_t)STEP;
            __builtin_prefetch(record);
            __builtin_prefetch(record + LINE);
            __builtin_prefetch(record + 2 * LINE);
        }
        uint32_t place = slot_of(self, keys[n])->place;
        if (!place)
            continue;
        const uint8_t *record = self->records + (place - 1) * (size_t)STEP;
        Heap *heap = heaps[keys[n] >> 30];
        float weight = weights[n];
        uint32_t known;
        memcpy(&known, record, HEAD);
        const uint8_t *rarity = record + HEAD;
        const int8_t *cells = (const int8_t *)rarity + sizeof(float) * __builtin_popcount(known);
        for (uint32_t left = known; left; left &= left - 1) {
            int at = __builtin_ctz(left);
            Heap *own = &heap[at];
            float idf;
            memcpy(&idf, rarity, sizeof idf);
            rarity += sizeof idf;
            if (wanted >> at & 1) {
                float value = weight * idf;
                own->squares += (double)value * value;
                add_row(own->sums, cells, own->padded, value);
            }
            cells += own->width;
        }
    }
}

#ifdef HAS_TWO
WIDE static void gather_wide(const Rows *self, const uint32_t *keys, const float *weights,
                             Py_ssize_t count, uint32_t wanted, Heap heaps[VIEWS][MOST_TABLES])
{
    gather(self, keys, weights, count, wanted, heaps, add_wide);
}
#endif

static void gather_plain(const Rows *self, const uint32_t *keys, const float *weights, Py_ssize_t count,
                         uint32_t wanted, Heap heaps[VIEWS][MOST_TABLES])
{
    gather(self, keys, weights, count, wanted, heaps, add_plain);
}

static void gather_best(const Rows *self, const uint32_t *keys, const float *weights, Py_ssize_t count,
                        uint32_t wanted, Heap heaps[VIEWS][MOST_TABLES])
{
#ifdef HAS_TWO
    if (IS_WIDE) {
        gather_wide(self, keys, weights, count, wanted, heaps);
        return;
    }
#endif
    gather_plain(self, keys, weights, count, wanted, heaps);
}

/* The sums of a text's n-grams, from nothing, into the tables. */
static void gather_all(Rows *self, const uint32_t *keys, const float *weights, Py_ssize_t count,
                       uint32_t wanted)
{
    Heap heaps[VIEWS][MOST_TABLES];
    for (Py_ssize_t i = 0; i < self->count; i++) {
        Table *table = &self->tables[i];
        memset(table->sums, 0, VIEWS * table->padded * sizeof(float));
        for (int view = 0; view < VIEWS; view++)
            heaps[view][i] = (Heap){table->sums + view * table->padded, table->width, table->padded, 0};
    }
    gather_best(self, keys, weights, count, wanted, heaps);
    for (Py_ssize_t i = 0; i < self->count; i++)
        for (int view = 0; view < VIEWS; view++)
            self->tables[i].squares[view] = heaps[view][i].squares;
}

/* Each view brought to its own length, then the whole text to length one; summed over the views. */
static void finish(const Table *table, float *out)
{
    double whole = 0;
    for (int view = 0; view < VIEWS; view++)
        if (table->squares[view] > 0)
            whole += (double)table->view_weights[view] * table->view_weights[view];
    double length = whole > 0 ? sqrt(whole) : 1;
    memset(out, 0, table->width * sizeof *out);
    for (int view = 0; view < VIEWS; view++) {
        if (table->squares[view] <= 0)
            continue;
        float factor = (float)(table->view_weights[view] / (length * sqrt(table->squares[view])));
        const float *sums = table->sums + view * table->padded;
        for (Py_ssize_t j = 0; j < table->width; j++)
            out[j] += factor * sums[j];
    }
    for (Py_ssize_t j = 0; j < table->width; j++)
        out[j] *= table->scale[j];
}

/* The sums through the network: those of the labels, and what the hidden units add to them. */
static void climb(const Table *table, const float *restrict sums, float *restrict out)
{
    Py_ssize_t labels = table->labels;
    for (Py_ssize_t k = 0; k < labels; k++)
        out[k] = sums[k] + table->bias[k];
    for (Py_ssize_t h = 0; h < table->hidden; h++) {
        float unit = sums[labels + h] + table->hidden_bias[h];
        if (unit > 0)
            for (Py_ssize_t k = 0; k < labels; k++)
                out[k] += unit * table->output[h * labels + k];
    }
}

static PyObject *answer_of(const Table *table)
{
    Py_ssize_t width = table->bias ? table->labels : table->width;
    PyObject *answer = PyBytes_FromStringAndSize(NULL, width * sizeof(float));
    if (answer == NULL)
        return NULL;
    float *out = (float *)PyBytes_AS_STRING(answer);
    if (table->bias == NULL)
        finish(table, out);
    else {
        finish(table, table->total);
        climb(table, table->total, out);
    }
    return answer;
}

static PyObject *answer_all(const Rows *self)
{
    PyObject *answers = PyTuple_New(self->count);
    for (Py_ssize_t i = 0; answers && i < self->count; i++) {
        PyObject *answer = answer_of(&self->tables[i]);
        if (answer == NULL)
            Py_CLEAR(answers);
        else
            PyTuple_SET_ITEM(answers, i, answer);
    }
    return answers;
}

/* Of the table at a place, or of all of them where the place is none. */
static PyObject *sum_up(Rows *self, PyObject *const *args, Py_ssize_t only)
{
    Py_buffer keys, weights;
    if (view_of(args[0], &keys, 4, "hashes") < 0)
        return NULL;
    if (view_of(args[1], &weights, 4, "weights") < 0) {
        PyBuffer_Release(&keys);
        return NULL;
    }
    PyObject *result = NULL;
    if (weights.len != keys.len)
        PyErr_SetString(PyExc_ValueError, "there must be as many weights as hashes");
    else {
        uint32_t wanted = only < 0 ? UINT32_MAX : 1U << only;
        gather_all(self, keys.buf, weights.buf, keys.len / 4, wanted);
        result = only < 0 ? answer_all(self) : answer_of(&self->tables[only]);
    }
    PyBuffer_Release(&keys);
    PyBuffer_Release(&weights);
    return result;
}

static PyObject *rows_sums(Rows *self, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "sums takes hashes and weights");
    return sum_up(self, args, -1);
}

static PyObject *rows_sum(Rows *self, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs != 3)
        return PyErr_Format(PyExc_TypeError, "sum takes hashes, weights and the place of a table");
    Py_ssize_t only = PyLong_AsSsize_t(args[2]);
    if (only < 0 || only >= self->count)
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_IndexError, "there are %zd tables", self->count);
    return sum_up(self, args, only);
}

static PyMethodDef methods[] = {
    {"sums", (PyCFunction)(void (*)(void))rows_sums, METH_FASTCALL,
     "For each table the rows of the known n-grams, each times its value, added up, and sent through its "
     "network where it has one: float32 as bytes."},
    {"sum", (PyCFunction)(void (*)(void))rows_sum, METH_FASTCALL, "The same of one table, by its place."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject RowsType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pointsman_native.Rows",
    .tp_doc = "Rows([(keys, idf, view_weights, cells, scale, (bias, hidden_bias, output) or None), ...]): "
              "tables of small rows by n-gram.",
    .tp_basicsize = sizeof(Rows),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = rows_new,
    .tp_dealloc = (destructor)rows_free,
    .tp_methods = methods,
};

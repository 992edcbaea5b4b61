/* A table of n-grams with one small int8 row each, summed over a text: the loop of head.py. */
#include "native.h"
#include <math.h>
#include <string.h>

#define VIEWS 4
#define AHEAD 12 /* look-ups between asking for a line of memory and needing it */

typedef struct {
    uint32_t key;
    uint32_t place; /* row plus one; 0 where nothing lies */
} Slot;

typedef struct {
    float value;
    uint32_t row;
    uint32_t view;
} Hit;

typedef struct {
    PyObject_HEAD
    Slot *slots;
    uint32_t shift;
    uint32_t mask;
    Py_buffer idf_view, cells_view; /* held, not copied: a table is megabytes */
    const float *idf;
    const int8_t *cells; /* rows by `width` */
    float *scale;        /* of each column */
    float view_weights[VIEWS];
    Py_ssize_t rows, width;
    Hit *hits; /* scratch */
    float *sums;
    Py_ssize_t hit_room;
} Rows;

static void rows_free(Rows *self)
{
    if (self->idf_view.obj)
        PyBuffer_Release(&self->idf_view);
    if (self->cells_view.obj)
        PyBuffer_Release(&self->cells_view);
    void *parts[] = {self->slots, self->scale, self->hits, self->sums};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        PyMem_Free(parts[i]);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static inline uint32_t home_of(const Rows *self, uint32_t key)
{
    return (key * 0x9E3779B1U) >> self->shift;
}

/* Lay every key into its slot; -1 with the error set when one stands there twice. */
static int lay(Rows *self, const uint32_t *keys)
{
    uint32_t bits = 4;
    while ((1LL << bits) < 2 * self->rows)
        bits++;
    self->shift = 32 - bits;
    self->mask = (1U << bits) - 1;
    self->slots = PyMem_Calloc((size_t)1 << bits, sizeof *self->slots);
    if (self->slots == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t row = 0; row < self->rows; row++) {
        uint32_t at = home_of(self, keys[row]);
        while (self->slots[at].place) {
            if (self->slots[at].key == keys[row]) {
                PyErr_SetString(PyExc_ValueError,
                                "a key stands twice in the table; train it again with `main.py train`");
                return -1;
            }
            at = (at + 1) & self->mask;
        }
        self->slots[at] = (Slot){keys[row], (uint32_t)row + 1};
    }
    return 0;
}

static PyObject *rows_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"keys", "idf", "view_weights", "cells", "scale", NULL};
    PyObject *keys, *idf, *weights, *cells, *scale;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOOOO", names, &keys, &idf, &weights, &cells,
                                     &scale))
        return NULL;
    Rows *self = (Rows *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    Py_ssize_t view_count = 0;
    uint32_t *held = copy_of(keys, 4, "keys", &self->rows);
    float *views = held ? copy_of(weights, 4, "view_weights", &view_count) : NULL;
    int is_fine = views && view_of(idf, &self->idf_view, 4, "idf") == 0 &&
                  view_of(cells, &self->cells_view, 1, "cells") == 0 &&
                  (self->scale = copy_of(scale, 4, "scale", &self->width));
    if (is_fine && (self->idf_view.len != self->rows * 4 || view_count > VIEWS ||
                    self->cells_view.len != self->rows * self->width)) {
        PyErr_SetString(PyExc_ValueError, "keys, idf, cells and scale do not fit together");
        is_fine = 0;
    }
    if (is_fine) {
        self->idf = self->idf_view.buf;
        self->cells = self->cells_view.buf;
        memcpy(self->view_weights, views, view_count * sizeof *views);
        self->sums = PyMem_New(float, self->width + 1);
        is_fine = self->sums != NULL && lay(self, held) == 0;
        if (self->sums == NULL)
            PyErr_NoMemory();
    }
    PyMem_Free(held);
    PyMem_Free(views);
    if (!is_fine) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

/* Which n-grams are known, each with its value; how many. */
static Py_ssize_t look_up(Rows *self, const uint32_t *keys, const float *weights, Py_ssize_t count)
{
    Py_ssize_t found = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (i + AHEAD < count)
            __builtin_prefetch(&self->slots[home_of(self, keys[i + AHEAD])]);
        uint32_t at = home_of(self, keys[i]);
        while (self->slots[at].place && self->slots[at].key != keys[i])
            at = (at + 1) & self->mask;
        if (!self->slots[at].place)
            continue;
        uint32_t row = self->slots[at].place - 1;
        __builtin_prefetch(&self->cells[row * self->width]);
        self->hits[found++] = (Hit){weights[i] * self->idf[row], row, keys[i] >> 30};
    }
    return found;
}

/* Each view brought to its own length, then the whole text to length one. */
static void find_factors(const Rows *self, const Hit *hits, Py_ssize_t count, float *factors)
{
    double squares[VIEWS] = {0}, whole = 0;
    for (Py_ssize_t i = 0; i < count; i++)
        squares[hits[i].view] += hits[i].value * hits[i].value;
    for (int view = 0; view < VIEWS; view++)
        if (squares[view] > 0)
            whole += (double)self->view_weights[view] * self->view_weights[view];
    double length = whole > 0 ? sqrt(whole) : 1;
    for (int view = 0; view < VIEWS; view++)
        factors[view] =
            squares[view] > 0 ? (float)(self->view_weights[view] / (length * sqrt(squares[view]))) : 0;
}

WIDEST static void add_up(const int8_t *restrict cells, Py_ssize_t width, const Hit *restrict hits,
                          Py_ssize_t count, const float *restrict factors, float *restrict sums)
{
    memset(sums, 0, width * sizeof *sums);
    for (Py_ssize_t i = 0; i < count; i++) {
        const int8_t *row = cells + hits[i].row * width;
        if (i + AHEAD < count)
            for (Py_ssize_t far = 0; far < width; far += 64)
                __builtin_prefetch(cells + hits[i + AHEAD].row * width + far);
        float value = hits[i].value * factors[hits[i].view];
        for (Py_ssize_t j = 0; j < width; j++)
            sums[j] += value * row[j];
    }
}

static PyObject *rows_sums(Rows *self, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "sums takes hashes and weights");
    Py_buffer keys, weights;
    if (view_of(args[0], &keys, 4, "hashes") < 0)
        return NULL;
    if (view_of(args[1], &weights, 4, "weights") < 0) {
        PyBuffer_Release(&keys);
        return NULL;
    }
    PyObject *result = NULL;
    Py_ssize_t count = keys.len / 4;
    if (weights.len != keys.len)
        PyErr_SetString(PyExc_ValueError, "there must be as many weights as hashes");
    else {
        if (count > self->hit_room) {
            PyMem_Free(self->hits);
            self->hits = PyMem_New(Hit, count);
            self->hit_room = self->hits ? count : 0;
        }
        if (self->hits == NULL && count)
            PyErr_NoMemory();
        else {
            float factors[VIEWS];
            Py_ssize_t found = look_up(self, keys.buf, weights.buf, count);
            find_factors(self, self->hits, found, factors);
            add_up(self->cells, self->width, self->hits, found, factors, self->sums);
            for (Py_ssize_t j = 0; j < self->width; j++)
                self->sums[j] *= self->scale[j];
            result = PyBytes_FromStringAndSize((char *)self->sums, self->width * 4);
        }
    }
    PyBuffer_Release(&keys);
    PyBuffer_Release(&weights);
    return result;
}

static PyMethodDef methods[] = {
    {"sums", (PyCFunction)(void (*)(void))rows_sums, METH_FASTCALL,
     "The rows of the known n-grams, each times its value, added up: float32 as bytes."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject RowsType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pointsman_native.Rows",
    .tp_doc = "Rows(keys, idf, view_weights, cells, scale): a table of small rows by n-gram.",
    .tp_basicsize = sizeof(Rows),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = rows_new,
    .tp_dealloc = (destructor)rows_free,
    .tp_methods = methods,
};

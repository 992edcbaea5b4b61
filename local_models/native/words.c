/* The words of a text against a table of known ones: what traits.py and ranker.py count. */
#include "native.h"
#include <string.h>

#define MOST_GROUPS 64
#define LONG_WORD 9 /* letters; a longer word is a long one */

typedef struct {
    uint64_t hash;
    uint32_t place; /* of the word, plus one; 0 where nothing lies */
} Known;

typedef struct {
    PyObject_HEAD
    Known *known;
    uint64_t mask;
    uint64_t *groups; /* of each word: a bit for every group it is in */
    double *values;   /* of each word */
    double otherwise; /* the value of a word that is not known */
} Words;

static void words_free(Words *self)
{
    PyMem_Free(self->known);
    PyMem_Free(self->groups);
    PyMem_Free(self->values);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* FNV-1a, then mixed: the low bits choose a place. */
static inline uint64_t begin_hash(void)
{
    return 0xCBF29CE484222325ULL;
}

static inline uint64_t add_letter(uint64_t hash, uint32_t letter)
{
    return (hash ^ letter) * 0x100000001B3ULL;
}

static inline uint64_t end_hash(uint64_t hash)
{
    hash ^= hash >> 32;
    hash *= 0x9E3779B97F4A7C15ULL;
    return hash ^ hash >> 29;
}

static Known *place_of(Known *known, uint64_t mask, uint64_t hash)
{
    uint64_t at = hash & mask;
    while (known[at].place && known[at].hash != hash)
        at = (at + 1) & mask;
    return &known[at];
}

static int lay(Words *self, PyObject *words)
{
    Py_ssize_t count = PyList_GET_SIZE(words), size = 16;
    while (size < 2 * count)
        size *= 2;
    self->mask = size - 1;
    self->known = PyMem_Calloc(size, sizeof *self->known);
    if (self->known == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_ssize_t length;
        const char *word = PyUnicode_AsUTF8AndSize(PyList_GET_ITEM(words, i), &length);
        if (word == NULL)
            return -1;
        uint64_t hash = begin_hash();
        for (Py_ssize_t j = 0; j < length; j++)
            hash = add_letter(hash, (unsigned char)word[j]);
        hash = end_hash(hash);
        Known *place = place_of(self->known, self->mask, hash);
        if (place->place) {
            PyErr_Format(PyExc_ValueError, "the word '%s' stands twice in the table", word);
            return -1;
        }
        *place = (Known){hash, (uint32_t)i + 1};
    }
    return 0;
}

static PyObject *words_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"words", "groups", "values", "otherwise", NULL};
    PyObject *words, *groups, *values;
    double otherwise;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!OOd", names, &PyList_Type, &words, &groups,
                                     &values, &otherwise))
        return NULL;
    Words *self = (Words *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    Py_ssize_t group_count = 0, value_count = 0;
    self->otherwise = otherwise;
    int is_fine = (self->groups = copy_of(groups, 8, "groups", &group_count)) &&
                  (self->values = copy_of(values, 8, "values", &value_count));
    if (is_fine && (group_count != PyList_GET_SIZE(words) || value_count != group_count)) {
        PyErr_SetString(PyExc_ValueError, "every word needs its groups and its value");
        is_fine = 0;
    }
    if (!is_fine || lay(self, words) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static inline int is_letter(uint32_t code)
{
    return code >= 'a' && code <= 'z';
}

typedef struct {
    Py_ssize_t count, letters, is_long, distinct;
    uint32_t in_group[MOST_GROUPS];
} Counts;

static void take(const Words *self, uint64_t hash, Py_ssize_t length, Counts *counts)
{
    counts->count++;
    counts->letters += length;
    counts->is_long += length > LONG_WORD;
    const Known *place = place_of(self->known, self->mask, hash);
    if (!place->place)
        return;
    for (uint64_t left = self->groups[place->place - 1]; left; left &= left - 1)
        counts->in_group[__builtin_ctzll(left)]++;
}

/* Where the next word begins, its hash and where it ends; -1 after the last one. */
static Py_ssize_t next_word(int kind, const void *data, Py_ssize_t size, Py_ssize_t *end,
                            uint64_t *hash)
{
    Py_ssize_t i = *end;
    while (i < size && !is_letter(PyUnicode_READ(kind, data, i)))
        i++;
    if (i == size)
        return -1;
    Py_ssize_t start = i;
    uint32_t code = PyUnicode_READ(kind, data, i);
    *hash = begin_hash();
    do {
        *hash = add_letter(*hash, code);
        code = ++i < size ? PyUnicode_READ(kind, data, i) : 0;
    } while (is_letter(code) || code == '\'');
    *hash = end_hash(*hash);
    *end = i;
    return start;
}

static PyObject *words_read(Words *self, PyObject *text)
{
    if (!PyUnicode_Check(text))
        return PyErr_Format(PyExc_TypeError, "a text must be a str");
    Py_ssize_t size = PyUnicode_GET_LENGTH(text), seen_size = 64;
    while (seen_size < size)
        seen_size *= 2; /* a word takes two characters of the text at least */
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    uint64_t *seen = PyMem_Calloc(seen_size, sizeof *seen);
    Py_ssize_t reach = 0;
    uint64_t hash;
    Counts counts = {0};
    if (seen == NULL)
        return PyErr_NoMemory();
    for (Py_ssize_t start; (start = next_word(kind, data, size, &reach, &hash)) >= 0;) {
        take(self, hash, reach - start, &counts);
        uint64_t mark = hash | 1, at = mark & (seen_size - 1); /* zero is an empty place */
        while (seen[at] && seen[at] != mark)
            at = (at + 1) & (seen_size - 1);
        counts.distinct += !seen[at];
        seen[at] = mark;
    }
    PyMem_Free(seen);
    return Py_BuildValue("nnnny#", counts.count, counts.letters, counts.is_long, counts.distinct,
                         (char *)counts.in_group, (Py_ssize_t)sizeof counts.in_group);
}

/* Keep the three smallest. */
static void keep_small(double *smallest, double value)
{
    for (int i = 0; i < 3; i++)
        if (value < smallest[i]) {
            double larger = smallest[i];
            smallest[i] = value;
            value = larger;
        }
}

static PyObject *words_weigh(Words *self, PyObject *text)
{
    if (!PyUnicode_Check(text))
        return PyErr_Format(PyExc_TypeError, "a text must be a str");
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t size = PyUnicode_GET_LENGTH(text), end = 0, count = 0, strange = 0;
    double total = 0, squares = 0, smallest[3] = {Py_HUGE_VAL, Py_HUGE_VAL, Py_HUGE_VAL};
    uint64_t hash;
    while (next_word(kind, data, size, &end, &hash) >= 0) {
        const Known *place = place_of(self->known, self->mask, hash);
        double value = place->place ? self->values[place->place - 1] : self->otherwise;
        count++;
        strange += value <= self->otherwise;
        total += value;
        squares += value * value;
        keep_small(smallest, value);
    }
    return Py_BuildValue("nddnddd", count, total, squares, strange, smallest[0], smallest[1],
                         smallest[2]);
}

static PyMethodDef methods[] = {
    {"weigh", (PyCFunction)words_weigh, METH_O,
     "Words, their values' sum and sum of squares, words of no greater value than a stranger's, and the "
     "three smallest values."},
    {"read", (PyCFunction)words_read, METH_O,
     "Words, letters in them, long words, distinct words, words by group (uint32)."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject WordsType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pointsman_native.Words",
    .tp_doc = "Words(words, groups, values, otherwise): a table of known words.",
    .tp_basicsize = sizeof(Words),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = words_new,
    .tp_dealloc = (destructor)words_free,
    .tp_methods = methods,
};

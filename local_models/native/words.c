/* The words of a text against a table of known ones: what traits.py and ranker.py count. */
#include "text.h"
#include <math.h>
#include <string.h>

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
            hash = add_to_hash(hash, (unsigned char)word[j]);
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

/* The letters of both cases as small ones, and what may stand within a word; 0 for everything else. */
static const uint8_t WITHIN[128] = {
    ['\''] = '\'',
    ['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd', ['e'] = 'e', ['f'] = 'f', ['g'] = 'g',
    ['h'] = 'h', ['i'] = 'i', ['j'] = 'j', ['k'] = 'k', ['l'] = 'l', ['m'] = 'm', ['n'] = 'n',
    ['o'] = 'o', ['p'] = 'p', ['q'] = 'q', ['r'] = 'r', ['s'] = 's', ['t'] = 't', ['u'] = 'u',
    ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y', ['z'] = 'z', ['A'] = 'a', ['B'] = 'b',
    ['C'] = 'c', ['D'] = 'd', ['E'] = 'e', ['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i',
    ['J'] = 'j', ['K'] = 'k', ['L'] = 'l', ['M'] = 'm', ['N'] = 'n', ['O'] = 'o', ['P'] = 'p',
    ['Q'] = 'q', ['R'] = 'r', ['S'] = 's', ['T'] = 't', ['U'] = 'u', ['V'] = 'v', ['W'] = 'w',
    ['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z',
};

#define KELVIN 0x212A  /* its small form is a k */
#define DOTTED_I 0x130 /* its small form is an i and a dot, which is no letter */

/* The small form of a letter; 0 for what begins no word. */
static INLINE uint32_t letter_of(uint32_t code)
{
    if (code < 128)
        return code == '\'' ? 0 : WITHIN[code];
    return code == KELVIN ? 'k' : code == DOTTED_I ? 'i' : 0;
}

/* The hash of the word that begins at `start` with this letter, and where it ends: behind the last code
 * point there must be one that is in no word. */
static INLINE uint64_t hash_word(const uint32_t *codes, Py_ssize_t start, uint32_t letter,
                                 Py_ssize_t *end)
{
    uint64_t hash = begin_hash();
    const uint32_t *at = codes + start;
    do {
        hash = add_to_hash(hash, letter);
        if (*at == DOTTED_I) {
            at++;
            break;
        }
        letter = *++at < 128 ? WITHIN[*at] : letter_of(*at);
    } while (letter);
    *end = at - codes;
    return end_hash(hash);
}

static inline void count_groups(const Words *self, uint64_t hash, uint32_t *in_group)
{
    const Known *place = place_of(self->known, self->mask, hash);
    if (place->place)
        for (uint64_t left = self->groups[place->place - 1]; left; left &= left - 1)
            in_group[__builtin_ctzll(left)]++;
}

static int is_words(PyObject *object)
{
    if (Py_TYPE(object) == &WordsType)
        return 1;
    PyErr_SetString(PyExc_TypeError, "a table of words is wanted");
    return 0;
}

int words_count(PyObject *words, const uint32_t *codes, Py_ssize_t size, WordCounts *counts,
                uint64_t *hashes)
{
    const Words *self = (const Words *)words;
    Set distinct;
    memset(counts, 0, sizeof *counts);
    if (!is_words(words))
        return -1;
    set_open(&distinct);
    for (Py_ssize_t i = 0; i < size;) {
        uint32_t letter = letter_of(codes[i]);
        if (!letter) {
            i++;
            continue;
        }
        Py_ssize_t end;
        uint64_t hash = hash_word(codes, i, letter, &end);
        if (hashes)
            hashes[counts->words] = hash;
        counts->words++;
        counts->letters += end - i;
        counts->long_words += end - i > LONG_WORD;
        count_groups(self, hash, counts->in_group);
        if (set_add(&distinct, hash) < 0) {
            set_close(&distinct);
            PyErr_NoMemory();
            return -1;
        }
        i = end;
    }
    counts->distinct = distinct.count;
    set_close(&distinct);
    return 0;
}

PyObject *words_told(const WordCounts *counts)
{
    PyObject *in_group = PyTuple_New(MOST_GROUPS);
    for (int i = 0; in_group && i < MOST_GROUPS; i++) {
        PyObject *count = PyLong_FromUnsignedLong(counts->in_group[i]);
        if (count == NULL)
            Py_CLEAR(in_group);
        else
            PyTuple_SET_ITEM(in_group, i, count);
    }
    if (in_group == NULL)
        return NULL;
    return Py_BuildValue("nnnnN", counts->words, counts->letters, counts->long_words, counts->distinct,
                         in_group);
}

static PyObject *words_read(Words *self, PyObject *string)
{
    Codes text;
    WordCounts counts;
    if (codes_open(string, &text) < 0)
        return NULL;
    int failed = words_count((PyObject *)self, text.codes, text.size, &counts, NULL);
    codes_close(&text);
    if (failed)
        return NULL;
    return words_told(&counts);
}

/* What the values of words come to. */
typedef struct {
    Py_ssize_t count, strange;
    double total, squares, smallest[3];
} Weights;

static void weights_open(Weights *weights)
{
    *weights = (Weights){.smallest = {Py_HUGE_VAL, Py_HUGE_VAL, Py_HUGE_VAL}};
}

static inline void weights_add(const Words *self, uint64_t hash, Weights *weights)
{
    const Known *place = place_of(self->known, self->mask, hash);
    double value = place->place ? self->values[place->place - 1] : self->otherwise;
    weights->count++;
    weights->strange += value <= self->otherwise;
    weights->total += value;
    weights->squares += value * value;
    if (value >= weights->smallest[2])
        return;
    for (int i = 0; i < 3; i++) /* keep the three smallest */
        if (value < weights->smallest[i]) {
            double larger = weights->smallest[i];
            weights->smallest[i] = value;
            value = larger;
        }
}

static PyObject *weights_told(const Weights *weights)
{
    return Py_BuildValue("nddnddd", weights->count, weights->total, weights->squares, weights->strange,
                         weights->smallest[0], weights->smallest[1], weights->smallest[2]);
}

static PyObject *words_weigh(Words *self, PyObject *string)
{
    Codes text;
    Weights weights;
    if (codes_open(string, &text) < 0)
        return NULL;
    weights_open(&weights);
    for (Py_ssize_t i = 0; i < text.size;) {
        uint32_t letter = letter_of(text.codes[i]);
        if (letter)
            weights_add(self, hash_word(text.codes, i, letter, &i), &weights);
        else
            i++;
    }
    codes_close(&text);
    return weights_told(&weights);
}

/* How far ahead a line of the table is asked for. */
#define AHEAD 8

/* Mean, spread, share of strangers, the smallest value and the mean of the three smallest. */
static PyObject *summary_of(const Weights *weights)
{
    if (weights->count == 0)
        return Py_BuildValue("[ddddd]", 0.0, 0.0, 0.0, 0.0, 0.0);
    double count = (double)weights->count, mean = weights->total / count, small = 0;
    double spread = weights->squares / count - mean * mean;
    int few = weights->count < 3 ? (int)weights->count : 3;
    for (int i = 0; i < few; i++)
        small += weights->smallest[i];
    return Py_BuildValue("[ddddd]", mean, spread > 0 ? pow(spread, 0.5) : 0.0,
                         (double)weights->strange / count, weights->smallest[0], small / few);
}

static PyObject *words_summarise(Words *self, PyObject *object)
{
    Py_buffer view;
    Weights weights;
    if (view_of(object, &view, sizeof(uint64_t), "hashes") < 0)
        return NULL;
    const uint64_t *hashes = view.buf;
    Py_ssize_t count = view.len / (Py_ssize_t)sizeof *hashes;
    weights_open(&weights);
    for (Py_ssize_t i = 0; i < count; i++) {
        if (i + AHEAD < count)
            __builtin_prefetch(&self->known[hashes[i + AHEAD] & self->mask]);
        weights_add(self, hashes[i], &weights);
    }
    PyBuffer_Release(&view);
    return summary_of(&weights);
}

static PyMethodDef methods[] = {
    {"weigh", (PyCFunction)words_weigh, METH_O,
     "Words, their values' sum and sum of squares, words of no greater value than a stranger's, and the "
     "three smallest values."},
    {"summarise", (PyCFunction)words_summarise, METH_O,
     "Of words by their hashes, as a survey gives them (uint64): their values' mean, spread, share of "
     "strangers, smallest, and mean of the three smallest."},
    {"read", (PyCFunction)words_read, METH_O,
     "Words, letters in them, long words, distinct words, words by group."},
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

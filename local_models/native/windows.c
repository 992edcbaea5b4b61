/* Plain text to hashed n-grams: the loops of features.py, which says what they are for. */
#include "native.h"
#include <string.h>

#define BASE 0x9E3779B97F4A7C15ULL
#define WORD_SEED 0xC2B2AE3D27D4EB4FULL
#define PAIR_SEED 0x165667B19E3779F9ULL
#define MIX 0xBF58476D1CE4E5B9ULL

enum { SPACE = 1, HAN = 2, LETTER = 4, ALONE = 8 };
enum { CHARACTERS, WORDS, PAIRS };

/* No character begins more n-grams than this: five windows, a word, two pairs of words, two of Han. */
#define MOST_PER_CHARACTER 10

/* What stands in a place of the table of n-grams. A place of another text's stamp is empty: so nothing
 * has to be cleared between two texts. */
typedef struct {
    uint32_t key;
    uint16_t stamp, count;
} Place;

typedef struct {
    PyObject_HEAD
    uint8_t *kinds;   /* what each code point of the basic plane is */
    float *damped;    /* the weight of an n-gram that occurs so many times, from one on */
    Py_ssize_t damped_count;
    Py_ssize_t room;  /* characters of a text that are read, the spaces around it included */
    uint32_t *codes;  /* scratch: the text */
    uint8_t *text_kinds;
    uint64_t *words;  /* scratch: the hash of each word */
    Place *places;    /* scratch: the n-grams by hash, and how often each occurs */
    uint32_t *found;  /* scratch: the places of this text's n-grams in the order in which they came */
    Place *moved;     /* scratch: what moves to a larger table */
    uint32_t mask;
    uint16_t stamp;   /* of the present text */
    int32_t limit;    /* n-grams that the present table has room for */
    Py_ssize_t distinct;
} Windows;

static void windows_free(Windows *self)
{
    void *parts[] = {self->kinds, self->damped, self->codes, self->text_kinds,
                     self->words, self->places, self->found, self->moved};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        PyMem_Free(parts[i]);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* A table of this size is full to five eighths at most, whatever the text. */
static Py_ssize_t most_places_for(Py_ssize_t characters)
{
    Py_ssize_t size = 256;
    while (size < characters * MOST_PER_CHARACTER * 8 / 5)
        size *= 2;
    return size;
}

/* What most texts need, which have two or three n-grams a character: a small table stays in the cache. */
static Py_ssize_t places_for(Py_ssize_t characters)
{
    Py_ssize_t size = 256;
    while (size < characters * 4)
        size *= 2;
    return size;
}

static PyObject *windows_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"kinds", "damped", "room", NULL};
    PyObject *kinds, *damped;
    Py_ssize_t room, kind_count = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOn", names, &kinds, &damped, &room))
        return NULL;
    Windows *self = (Windows *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->room = room;
    if ((self->kinds = copy_of(kinds, 1, "kinds", &kind_count)) == NULL ||
        (self->damped = copy_of(damped, 4, "damped", &self->damped_count)) == NULL) {
        Py_DECREF(self);
        return NULL;
    }
    if (kind_count != 1 << 16 || self->damped_count < 1 || room < 2 ||
        room > UINT16_MAX / 2) {
        Py_DECREF(self);
        PyErr_SetString(PyExc_ValueError, "kinds needs 65,536 cells, damped one, room two at least and 32,767 "
                                          "at most");
        return NULL;
    }
    Py_ssize_t most = room * MOST_PER_CHARACTER;
    self->codes = PyMem_New(uint32_t, room);
    self->text_kinds = PyMem_New(uint8_t, room);
    self->words = PyMem_New(uint64_t, room);
    self->places = PyMem_Calloc(most_places_for(room), sizeof *self->places);
    self->moved = PyMem_New(Place, places_for(room));
    self->found = PyMem_New(uint32_t, most);
    if (!self->codes || !self->text_kinds || !self->words || !self->places || !self->found || !self->moved) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    return (PyObject *)self;
}

static void next_stamp(Windows *self)
{
    if (++self->stamp == 0) {
        memset(self->places, 0, most_places_for(self->room) * sizeof *self->places);
        self->stamp = 1;
    }
}

static Place *place_of(const Windows *self, uint32_t key)
{
    uint32_t at = key & self->mask;
    while (self->places[at].stamp == self->stamp && self->places[at].key != key)
        at = (at + 1) & self->mask;
    return &self->places[at];
}

/* Lay the text's n-grams out anew in the largest table, under a stamp of their own. */
static void spread(Windows *self)
{
    Place *told = self->moved;
    for (Py_ssize_t i = 0; i < self->distinct; i++)
        told[i] = self->places[self->found[i]];
    next_stamp(self);
    self->mask = (uint32_t)most_places_for(self->room) - 1;
    for (Py_ssize_t i = 0; i < self->distinct; i++) {
        Place *place = place_of(self, told[i].key);
        *place = (Place){told[i].key, self->stamp, told[i].count};
        self->found[i] = (uint32_t)(place - self->places);
    }
    self->limit = INT32_MAX;
}

static inline void note(Windows *self, uint64_t mixed, uint32_t view)
{
    mixed ^= mixed >> 31;
    mixed *= MIX;
    mixed ^= mixed >> 29;
    uint32_t key = ((uint32_t)(mixed >> 16) & 0x3FFFFFFF) | view << 30;
    uint32_t at = key & self->mask;
    for (;; at = (at + 1) & self->mask) {
        Place *place = &self->places[at];
        if (place->stamp != self->stamp) {
            *place = (Place){key, self->stamp, 1};
            self->found[self->distinct++] = at;
            if (self->distinct > self->limit)
                spread(self);
            return;
        }
        if (place->key == key) {
            place->count++;
            return;
        }
    }
}

/* Make every place empty, in a table for so many characters. */
static void clear(Windows *self, Py_ssize_t characters)
{
    Py_ssize_t size = places_for(characters);
    self->mask = (uint32_t)size - 1;
    self->limit = (int32_t)(size / 8 * 5);
    self->distinct = 0;
    next_stamp(self);
}

static inline uint8_t kind_of(const Windows *self, uint32_t code)
{
    return self->kinds[code < 1 << 16 ? code : (1 << 16) - 1];
}

/* Windows of characters: one that is alone, up to four whatever the script, five without Han. */
static void note_characters(Windows *self, const uint32_t *codes, const uint8_t *kinds, Py_ssize_t size)
{
    for (Py_ssize_t i = 0; i < size; i++) {
        uint64_t rolling = (uint64_t)codes[i] + 1;
        if (kinds[i] & ALONE)
            note(self, rolling, CHARACTERS);
        if (i + 1 >= size)
            return;
        int one = !(kinds[i] & SPACE), two = !(kinds[i + 1] & SPACE);
        rolling = rolling * BASE + codes[i + 1];
        if (one || two)
            note(self, rolling, CHARACTERS);
        if (!two || i + 2 >= size)
            continue;
        rolling = rolling * BASE + codes[i + 2];
        note(self, rolling, CHARACTERS);
        if ((kinds[i + 2] & SPACE) || i + 3 >= size)
            continue;
        rolling = rolling * BASE + codes[i + 3];
        note(self, rolling, CHARACTERS);
        if ((kinds[i + 3] & SPACE) || i + 4 >= size)
            continue;
        if ((kinds[i] | kinds[i + 1] | kinds[i + 2] | kinds[i + 3] | kinds[i + 4]) & HAN)
            continue;
        note(self, rolling * BASE + codes[i + 4], CHARACTERS);
    }
}

/* Words, neighbours, and words with one between them. */
static void note_words(Windows *self, const uint32_t *codes, const uint8_t *kinds, Py_ssize_t size)
{
    Py_ssize_t count = 0;
    for (Py_ssize_t i = 0; i < size;) {
        if (!(kinds[i] & LETTER)) {
            i++;
            continue;
        }
        uint64_t hash = 0, power = 1;
        for (; i < size && (kinds[i] & LETTER); i++, power *= BASE)
            hash += ((uint64_t)codes[i] + 7) * power;
        self->words[count++] = hash;
        note(self, hash, WORDS);
    }
    for (Py_ssize_t i = 0; i + 1 < count; i++)
        note(self, self->words[i] * BASE + self->words[i + 1] + WORD_SEED, WORDS);
    for (Py_ssize_t i = 0; i + 2 < count; i++)
        note(self, self->words[i] * BASE + self->words[i + 2] + PAIR_SEED, PAIRS);
}

/* Two Han characters with one or two others between them. */
static void note_han_pairs(Windows *self, const uint32_t *codes, const uint8_t *kinds, Py_ssize_t size)
{
    for (Py_ssize_t gap = 2; gap <= 3; gap++)
        for (Py_ssize_t i = 0; i + gap < size; i++)
            if (kinds[i] & kinds[i + gap] & HAN)
                note(self, codes[i] * BASE + codes[i + gap] * PAIR_SEED, PAIRS);
}

static PyObject *windows_read(Windows *self, PyObject *plain)
{
    if (!PyUnicode_Check(plain))
        return PyErr_Format(PyExc_TypeError, "a text must be a str");
    Py_ssize_t size = PyUnicode_GET_LENGTH(plain);
    if (size > self->room - 2)
        size = self->room - 2;
    int kind = PyUnicode_KIND(plain), has_han = 0;
    const void *data = PyUnicode_DATA(plain);
    uint32_t *codes = self->codes;
    uint8_t *kinds = self->text_kinds;
    codes[0] = codes[size + 1] = ' ';
    kinds[0] = kinds[size + 1] = kind_of(self, ' ');
    for (Py_ssize_t i = 1; i <= size; i++) {
        codes[i] = PyUnicode_READ(kind, data, i - 1);
        /* What cannot be written as UTF-32 is read as a question mark. */
        if (codes[i] >= 0xD800 && codes[i] < 0xE000)
            codes[i] = '?';
        kinds[i] = kind_of(self, codes[i]);
        has_han |= kinds[i] & HAN;
    }
    size += 2;
    clear(self, size);
    note_characters(self, codes, kinds, size);
    note_words(self, codes, kinds, size);
    if (has_han)
        note_han_pairs(self, codes, kinds, size);

    PyObject *hashes = PyBytes_FromStringAndSize(NULL, self->distinct * 4);
    PyObject *weights = PyBytes_FromStringAndSize(NULL, self->distinct * 4);
    if (hashes == NULL || weights == NULL) {
        Py_XDECREF(hashes);
        Py_XDECREF(weights);
        return NULL;
    }
    uint32_t *keys = (uint32_t *)PyBytes_AS_STRING(hashes);
    float *out = (float *)PyBytes_AS_STRING(weights);
    for (Py_ssize_t i = 0; i < self->distinct; i++) {
        const Place *place = &self->places[self->found[i]];
        Py_ssize_t count = place->count < self->damped_count ? place->count : self->damped_count;
        keys[i] = place->key;
        out[i] = self->damped[count - 1];
    }
    return Py_BuildValue("NN", hashes, weights);
}

/* ---- what two texts share ---------------------------------------------------------------------- */

static uint32_t *place_in(uint32_t *table, uint32_t mask, uint32_t key)
{
    uint32_t at = key & mask;
    while (table[at] && table[at] != key)
        at = (at + 1) & mask;
    return &table[at];
}

/* How many of `others` are among `keys`; each stands once on either side. -1 without memory. */
static Py_ssize_t count_shared(const uint32_t *keys, Py_ssize_t count, const uint32_t *others,
                               Py_ssize_t other_count)
{
    Py_ssize_t size = 16, shared = 0;
    int has_zero = 0; /* which stands for an empty place */
    while (size < 2 * count)
        size *= 2;
    uint32_t *table = PyMem_Calloc(size, sizeof *table);
    if (table == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < count; i++) {
        has_zero |= keys[i] == 0;
        *place_in(table, (uint32_t)size - 1, keys[i]) = keys[i];
    }
    for (Py_ssize_t i = 0; i < other_count; i++)
        shared += others[i] ? *place_in(table, (uint32_t)size - 1, others[i]) != 0 : has_zero;
    PyMem_Free(table);
    return shared;
}

PyObject *shared_keys(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs)
{
    Py_buffer one, other;
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "two sets of n-grams are wanted");
    if (view_of(args[0], &one, 4, "hashes") < 0)
        return NULL;
    if (view_of(args[1], &other, 4, "hashes") < 0) {
        PyBuffer_Release(&one);
        return NULL;
    }
    Py_ssize_t shared = one.len < other.len
                            ? count_shared(one.buf, one.len / 4, other.buf, other.len / 4)
                            : count_shared(other.buf, other.len / 4, one.buf, one.len / 4);
    PyBuffer_Release(&one);
    PyBuffer_Release(&other);
    return shared < 0 ? PyErr_NoMemory() : PyLong_FromSsize_t(shared);
}

static PyMethodDef methods[] = {
    {"read", (PyCFunction)windows_read, METH_O,
     "The distinct n-grams of a plain text (uint32) and their weights (float32), as bytes."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject WindowsType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pointsman_native.Windows",
    .tp_doc = "Windows(kinds, damped, room): the n-grams of texts.",
    .tp_basicsize = sizeof(Windows),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = windows_new,
    .tp_dealloc = (destructor)windows_free,
    .tp_methods = methods,
};

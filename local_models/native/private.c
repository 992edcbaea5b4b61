/* Where private data may stand: runs of digits, and the words that announce it; the loops of
 * router/steps/privacy/digits.py and words.py. */
#include "text.h"
#include <string.h>

/* ---- runs of digits ---------------------------------------------------------------------------- */

static inline int is_ascii_digit(uint32_t code)
{
    return code - '0' < 10;
}

/* A character as a text, or an empty one where there is none. */
static PyObject *character_at(const Codes *text, Py_ssize_t i)
{
    if (i < 0 || i >= text->size)
        return PyUnicode_FromStringAndSize("", 0);
    return PyUnicode_FromOrdinal((int)text->codes[i]);
}

static int push_run(const Codes *text, PyObject *runs, Py_ssize_t start, Py_ssize_t end)
{
    PyObject *before = character_at(text, start - 1), *after = character_at(text, end);
    PyObject *run = before && after ? Py_BuildValue("nnOO", start, end, before, after) : NULL;
    int failed = run == NULL || PyList_Append(runs, run) < 0;
    Py_XDECREF(before);
    Py_XDECREF(after);
    Py_XDECREF(run);
    return failed ? -1 : 0;
}

/* What else stands beside the runs, so that nobody looks for what cannot be there; see digits.py. */
enum { LETTERED = 1, DOTTED = 2, LEADING = 4, FOLLOWING = 8 };
#define LONG_RUN 18
#define SHORT_RUN 3
#define HOUSE_RUN 5

static inline int is_ascii_letter(uint32_t code)
{
    return (code | 32) - 'a' < 26 && code < 128;
}

/* Whether the name of a street, with its capital, could follow a house number that ends here. */
static int may_lead_on(const uint32_t *codes, Py_ssize_t end)
{
    end += is_ascii_letter(codes[end]);
    uint32_t following = codes[end + 1];
    return (codes[end] == ' ' || codes[end] == '-') &&
           (Py_UNICODE_ISUPPER(following) || Py_UNICODE_ISDIGIT(following));
}

/* Whether a word could stand before it that announces an address. */
static int may_follow(const uint32_t *codes, Py_ssize_t start)
{
    uint32_t last = start >= 2 ? codes[start - 2] : 0, small = last < 128 ? last | 32 : last;
    return start >= 2 && is_space(codes[start - 1]) &&
           (small == 's' || small == 'o' || small == 't' || last == ':' || is_space(last));
}

static int clues_of(const uint32_t *codes, Py_ssize_t start, Py_ssize_t end)
{
    uint32_t before = start ? codes[start - 1] : 0, after = codes[end];
    int clues = is_ascii_letter(before) || is_ascii_letter(after) || end - start >= LONG_RUN ? LETTERED : 0;
    if (after == '.' && end - start <= SHORT_RUN && before != '.' && !is_ascii_letter(before))
        clues |= DOTTED;
    if (end - start > HOUSE_RUN || is_ascii_letter(before))
        return clues;
    return clues | (may_lead_on(codes, end) ? LEADING : 0) | (may_follow(codes, start) ? FOLLOWING : 0);
}

PyObject *read_runs(PyObject *Py_UNUSED(module), PyObject *string)
{
    Codes text;
    int clues = 0;
    if (codes_open(string, &text) < 0)
        return NULL;
    PyObject *runs = PyList_New(0);
    const uint32_t *codes = text.codes;
    for (Py_ssize_t i = 0, size = text.size; runs && i < size; i++) {
        if (!is_ascii_digit(codes[i]))
            continue;
        Py_ssize_t start = i;
        while (is_ascii_digit(codes[i]))
            i++;
        clues |= clues_of(codes, start, i);
        if (push_run(&text, runs, start, i) < 0)
            Py_CLEAR(runs);
    }
    codes_close(&text);
    return runs ? Py_BuildValue("Ni", runs, clues) : NULL;
}

/* ---- announcing words -------------------------------------------------------------------------- */

#define MOST_CODES 24
#define HEADS 4096 /* places for how a word begins: its first three code points, or both of two */
#define BITS 64

typedef struct {
    uint32_t codes[MOST_CODES];
    int length, group, next; /* the next word of the same place, plus one */
    int is_apart;            /* it counts only where no letter or digit stands before it */
} Word;

typedef struct {
    PyObject_HEAD
    PyObject *groups; /* a list of their names */
    Word *words;
    uint16_t heads[HEADS]; /* the first word of each place, plus one */
    /* Which places have words of two code points, and which have longer ones: nearly every character of
     * a text is settled by these. */
    uint64_t of_two[HEADS / BITS], of_three[HEADS / BITS];
} Announcers;

static inline uint32_t place_of(uint32_t one, uint32_t two, uint32_t three)
{
    return (one * 0x9E3779B1U ^ two * 0x85EBCA6BU ^ three * 0xC2B2AE35U) >> 20;
}

static inline int has_bit(const uint64_t *bits, uint32_t place)
{
    return bits[place / BITS] >> (place % BITS) & 1;
}

static void announcers_free(Announcers *self)
{
    Py_XDECREF(self->groups);
    PyMem_Free(self->words);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int take_word(Announcers *self, PyObject *given, Py_ssize_t at)
{
    Word *word = &self->words[at];
    PyObject *text;
    if (!PyArg_ParseTuple(given, "Uip", &text, &word->group, &word->is_apart))
        return -1;
    word->length = (int)PyUnicode_GET_LENGTH(text);
    if (word->length < 2 || word->length > MOST_CODES || word->group < 0 ||
        word->group >= PyList_GET_SIZE(self->groups)) {
        PyErr_Format(PyExc_ValueError, "'%U' is too short or too long, or its group is not there", text);
        return -1;
    }
    if (PyUnicode_AsUCS4(text, word->codes, word->length, 0) == NULL)
        return -1;
    uint32_t place = place_of(word->codes[0], word->codes[1], word->length > 2 ? word->codes[2] : 0);
    (word->length > 2 ? self->of_three : self->of_two)[place / BITS] |= 1ULL << (place % BITS);
    word->next = self->heads[place];
    self->heads[place] = (uint16_t)(at + 1);
    return 0;
}

static PyObject *announcers_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"words", "groups", NULL};
    PyObject *words, *groups;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!O!", names, &PyList_Type, &words, &PyList_Type,
                                     &groups))
        return NULL;
    Py_ssize_t count = PyList_GET_SIZE(words);
    if (count >= UINT16_MAX)
        return PyErr_Format(PyExc_ValueError, "%zd words are too many", count);
    Announcers *self = (Announcers *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->groups = Py_NewRef(groups);
    self->words = PyMem_Calloc(count ? count : 1, sizeof *self->words);
    if (self->words == NULL) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    for (Py_ssize_t at = 0; at < count; at++)
        if (take_word(self, PyList_GET_ITEM(words, at), at) < 0) {
            Py_DECREF(self);
            return NULL;
        }
    return (PyObject *)self;
}

/* Put a hit onto its group's list, which is made where it is the first one; -1 with the error set. */
static int push_hit(const Announcers *self, PyObject *hits, int at, Py_ssize_t start)
{
    const Word *word = &self->words[at];
    PyObject *name = PyList_GET_ITEM(self->groups, word->group);
    PyObject *list = PyDict_GetItemWithError(hits, name);
    if (list == NULL) {
        if (PyErr_Occurred() || (list = PyList_New(0)) == NULL)
            return -1;
        int failed = PyDict_SetItem(hits, name, list) < 0;
        Py_DECREF(list); /* the dictionary holds it */
        if (failed)
            return -1;
    }
    PyObject *hit = Py_BuildValue("inn", at, start, start + word->length);
    int failed = hit == NULL || PyList_Append(list, hit) < 0;
    Py_XDECREF(hit);
    return failed ? -1 : 0;
}

static int is_here(const Word *word, const uint32_t *codes)
{
    for (int i = 0; i < word->length; i++)
        if (codes[i] != word->codes[i])
            return 0;
    return !(word->is_apart && Py_UNICODE_ISALNUM(codes[-1]));
}

/* Those words that stand here, of the ones that begin at this place; -1 with the error set. */
static int push_hits(const Announcers *self, PyObject *hits, const uint32_t *codes, Py_ssize_t start,
                     uint32_t place)
{
    for (int at = self->heads[place]; at; at = self->words[at - 1].next)
        if (is_here(&self->words[at - 1], codes + start) && push_hit(self, hits, at - 1, start) < 0)
            return -1;
    return 0;
}

static PyObject *announcers_find(Announcers *self, PyObject *string)
{
    Codes text;
    if (codes_open(string, &text) < 0)
        return NULL;
    const uint32_t *codes = text.codes;
    PyObject *hits = PyDict_New();
    for (Py_ssize_t i = 0, size = text.size; hits && i + 1 < size; i++) {
        uint32_t two = place_of(codes[i], codes[i + 1], 0);
        uint32_t three = place_of(codes[i], codes[i + 1], codes[i + 2]);
        int is_two = has_bit(self->of_two, two);
        int is_three = has_bit(self->of_three, three) && !(is_two && three == two);
        if ((is_two && push_hits(self, hits, codes, i, two) < 0) ||
            (is_three && push_hits(self, hits, codes, i, three) < 0))
            Py_CLEAR(hits);
    }
    codes_close(&text);
    return hits;
}

static PyMethodDef methods[] = {
    {"find", (PyCFunction)announcers_find, METH_O,
     "By group, the words of a text in lower case: number, start and end of each."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject AnnouncersType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pointsman_native.Announcers",
    .tp_doc = "Announcers([(word, group, is_apart), ...], groups): words that announce something.",
    .tp_basicsize = sizeof(Announcers),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = announcers_new,
    .tp_dealloc = (destructor)announcers_free,
    .tp_methods = methods,
};

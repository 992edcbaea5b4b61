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

/* Puts what was made onto a list, and lets go of it; -1 with the error set. */
static int push(PyObject *list, PyObject *made)
{
    int failed = made == NULL || PyList_Append(list, made) < 0;
    Py_XDECREF(made);
    return failed ? -1 : 0;
}

static int push_run(const Codes *text, PyObject *runs, Py_ssize_t start, Py_ssize_t end, int clues)
{
    PyObject *before = character_at(text, start - 1), *after = character_at(text, end);
    int failed = before == NULL || after == NULL ||
                 push(runs, Py_BuildValue("nnOOi", start, end, before, after, clues)) < 0;
    Py_XDECREF(before);
    Py_XDECREF(after);
    return failed ? -1 : 0;
}

/* What else stands beside the runs, so that nobody looks for what cannot be there; see digits.py. */
enum { LETTERED = 1, DOTTED = 2, LEADING = 4, FOLLOWING = 8, HOUSE = 16 };
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
    return clues | HOUSE | (may_lead_on(codes, end) ? LEADING : 0) | (may_follow(codes, start) ? FOLLOWING : 0);
}

#define LEAST_IN_CHAIN 6
#define LONGEST_GAP 3
#define NEAR_BEFORE 2
#define NEAR_BEHIND 8

typedef struct {
    Py_ssize_t start, end, digits;
    int is_plain, is_alone;
} Chain;

/* What people put between groups of digits. */
static int is_gap(uint32_t code)
{
    return code == ' ' || code == '-' || code == '.' || code == '(' || code == ')' || code == 0xA0 ||
           code == 0x3000 || code == 0x200B || code - 0x2010 < 4;
}

static int joins(const uint32_t *codes, Py_ssize_t end, Py_ssize_t start)
{
    if (start - end > LONGEST_GAP)
        return 0;
    while (end < start && is_gap(codes[end]))
        end++;
    return end == start;
}

static int push_chain(PyObject *chains, const Chain *chain, int is_alone)
{
    if (chain->digits < LEAST_IN_CHAIN)
        return 0;
    return push(chains, Py_BuildValue("nnnOO", chain->start, chain->end, chain->digits,
                                      chain->is_plain ? Py_True : Py_False,
                                      chain->is_alone && is_alone ? Py_True : Py_False));
}

/* A run joins the chain before it, or that one is complete and another begins. */
static int chain_run(const uint32_t *codes, PyObject *chains, Chain *chain, Py_ssize_t start, Py_ssize_t end)
{
    Py_ssize_t gap = start - chain->end;
    int failed = 0;
    if (chain->digits && joins(codes, chain->end, start)) {
        chain->digits += end - start;
        chain->is_plain = 0;
    } else {
        failed = push_chain(chains, chain, gap >= NEAR_BEHIND) < 0;
        chain->is_alone = chain->digits == 0 || gap >= NEAR_BEFORE;
        chain->start = start;
        chain->digits = end - start;
        chain->is_plain = 1;
    }
    chain->end = end;
    return failed ? -1 : 0;
}

PyObject *read_runs(PyObject *Py_UNUSED(module), PyObject *string)
{
    Codes text;
    Chain chain = {0};
    int all = 0;
    if (codes_open(string, &text) < 0)
        return NULL;
    PyObject *runs = PyList_New(0), *chains = PyList_New(0);
    int failed = runs == NULL || chains == NULL;
    const uint32_t *codes = text.codes;
    for (Py_ssize_t i = 0, size = text.size; !failed && i < size; i++) {
        if (!is_ascii_digit(codes[i]))
            continue;
        Py_ssize_t start = i;
        while (is_ascii_digit(codes[i]))
            i++;
        int clues = clues_of(codes, start, i);
        all |= clues;
        failed = push_run(&text, runs, start, i, clues) < 0 || chain_run(codes, chains, &chain, start, i) < 0;
    }
    failed = failed || push_chain(chains, &chain, 1) < 0;
    codes_close(&text);
    PyObject *found = failed ? NULL : Py_BuildValue("OOi", runs, chains, all);
    Py_XDECREF(runs);
    Py_XDECREF(chains);
    return found;
}

/* ---- announcing words -------------------------------------------------------------------------- */

#define MOST_CODES 24
#define HEADS 4096 /* places for how a word begins: its first three code points, or both of two */
#define BITS 64
#define BLOCK 32

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
    /* Which places the first two code points of any word have: most characters of a text are settled by
     * that. Then which places have words of two code points, and which have longer ones. */
    uint32_t of_any[HEADS / BLOCK];
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
    uint32_t pair = place_of(word->codes[0], word->codes[1], 0);
    self->of_any[pair / BLOCK] |= 1U << (pair % BLOCK);
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
    return push(list, Py_BuildValue("inn", at, start, start + word->length));
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

/* A bit for each of up to BLOCK places where a word could begin. */
static INLINE uint32_t begin_pairs(const uint32_t *of_any, const uint32_t *codes, uint32_t count)
{
    uint32_t found = 0;
    for (uint32_t j = 0; j < count; j++) {
        uint32_t place = place_of(codes[j], codes[j + 1], 0);
        found |= (of_any[place / BLOCK] >> (place % BLOCK) & 1U) << j;
    }
    return found;
}

#ifdef HAS_TWO
WIDE static uint32_t begin_pairs_wide(const uint32_t *of_any, const uint32_t *codes, uint32_t count)
{
    return begin_pairs(of_any, codes, count);
}
#endif

static uint32_t begin_pairs_plain(const uint32_t *of_any, const uint32_t *codes, uint32_t count)
{
    return begin_pairs(of_any, codes, count);
}

/* Those words that begin at this place; -1 with the error set. */
static int find_here(const Announcers *self, PyObject *hits, const uint32_t *codes, Py_ssize_t i)
{
    uint32_t two = place_of(codes[i], codes[i + 1], 0);
    uint32_t three = place_of(codes[i], codes[i + 1], codes[i + 2]);
    int is_two = has_bit(self->of_two, two);
    int is_three = has_bit(self->of_three, three) && !(is_two && three == two);
    return (is_two && push_hits(self, hits, codes, i, two) < 0) ||
                   (is_three && push_hits(self, hits, codes, i, three) < 0)
               ? -1
               : 0;
}

static PyObject *announcers_find(Announcers *self, PyObject *string)
{
    Codes text;
    if (codes_open(string, &text) < 0)
        return NULL;
    const uint32_t *codes = text.codes;
    PyObject *hits = PyDict_New();
    uint32_t (*begin)(const uint32_t *, const uint32_t *, uint32_t) = begin_pairs_plain;
#ifdef HAS_TWO
    if (IS_WIDE)
        begin = begin_pairs_wide;
#endif
    for (Py_ssize_t i = 0, size = text.size - 1; hits && i < size; i += BLOCK) {
        uint32_t left = begin(self->of_any, codes + i, size - i < BLOCK ? (uint32_t)(size - i) : BLOCK);
        for (; hits && left; left &= left - 1)
            if (find_here(self, hits, codes, i + __builtin_ctz(left)) < 0)
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

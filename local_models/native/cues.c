/* Cues of a mood in a plain text and what they say together, as n-grams of a view of their own: the
 * loops of cues.py and mood_features.py, which say what everything means. */
#include "native.h"
#include <string.h>

#define MOST_KINDS 64
#define MOST_CHARS 320 /* of a longer text the head and the tail are searched, each half of this */
#define EDGE 4         /* zeros before and behind a text, so that no neighbour has to be asked for */
#define MOST_CUES 1024 /* a character begins two or three at most, and few begin any */
#define MOST_HASHES 4096
#define MOST_IN_ORDER 24 /* cues after so many no longer count for what stands before what */
#define NONE 0xFF

enum { LETTERED = 1, ONE_WORD = 2, PLAIN = 4, NUMBER = 8, DENIES = 16, MARKED = 32, AMOUNT = 64 };

/* Words as a tree of characters, laid out level by level: a node's children stand side by side, in the
 * order of their characters, and what is walked most lies close together. */
typedef struct {
    uint32_t *codes;   /* the character that leads to each node */
    uint32_t *firsts;  /* of each node's children; they end where the next node's begin */
    uint32_t *accepts; /* the pattern that ends at each node, plus one */
    uint16_t *roots;   /* the node that each character of the basic plane leads to from the root */
} Trie;

typedef struct {
    uint32_t first, count; /* its kinds in `kinds_of` */
    uint8_t flags;
} Pattern;

typedef struct {
    uint8_t kind;
    Py_ssize_t start, end;
} Cue;

typedef struct {
    const uint32_t *codes; /* with zeros before and behind */
    Py_ssize_t size;
} Text;

/* A word that counts something after a number, and what kind of cue the two make. */
typedef struct {
    uint32_t codes[16];
    Py_ssize_t size;
    uint8_t kind;
} Unit;

enum { NOT, AGAIN, COUNT, SHORT, LONG, WONDER, BANG, DOTS, QUOTED, SPECIALS };

/* Lists of kinds: those of the core, words of will, outcomes, and the special ones above. */
enum { CORE, WILL, OUTCOMES, SPECIAL, LISTS };

typedef struct {
    uint8_t of[MOST_KINDS];
    Py_ssize_t count;
} Kinds;

typedef struct {
    PyObject_HEAD
    Trie trie;
    Pattern *patterns;
    uint8_t *kinds_of;
    Unit *units;
    Py_ssize_t unit_count;
    PyObject *names; /* of the kinds */
    const char *name[MOST_KINDS];
    Py_ssize_t name_size[MOST_KINDS], kinds;
    uint8_t turned[MOST_KINDS]; /* what a kind becomes when it is denied; NONE for nothing */
    int8_t weights[MOST_KINDS];
    Kinds lists[LISTS];
    uint32_t view;
    uint32_t crc[256];
    uint32_t room[EDGE + MOST_CHARS + 1 + EDGE]; /* scratch: the text */
    Cue cues[MOST_CUES];
    Py_ssize_t found;
    uint32_t hashes[MOST_HASHES];
    Py_ssize_t hashed;
} Cues;

static void cues_free(Cues *self)
{
    void *parts[] = {self->trie.codes, self->trie.firsts, self->trie.accepts, self->trie.roots,
                     self->patterns, self->kinds_of, self->units};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        PyMem_Free(parts[i]);
    Py_XDECREF(self->names);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* ---- building ---------------------------------------------------------------------------------- */

static int lay_pattern(Cues *self, Py_ssize_t at, PyObject *pattern, Py_ssize_t *kinds)
{
    PyObject *word, *of;
    int flags;
    if (!PyArg_ParseTuple(pattern, "UO!i", &word, &PyTuple_Type, &of, &flags))
        return -1;
    self->patterns[at] = (Pattern){(uint32_t)*kinds, (uint32_t)PyTuple_GET_SIZE(of), (uint8_t)flags};
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(of); i++) {
        long kind = PyLong_AsLong(PyTuple_GET_ITEM(of, i));
        if (kind < 0 || kind >= self->kinds) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_ValueError, "a pattern is of a kind that has no name");
            return -1;
        }
        self->kinds_of[(*kinds)++] = (uint8_t)kind;
    }
    return 0;
}

static PyObject *word_at(PyObject *patterns, Py_ssize_t at)
{
    return PyTuple_GET_ITEM(PyList_GET_ITEM(patterns, at), 0);
}

/* Lay out patterns that are sorted by their words: those below one node stand together at every depth. */
static int lay_trie(Trie *trie, PyObject *patterns, Py_ssize_t most)
{
    Py_ssize_t count = PyList_GET_SIZE(patterns), nodes = 1, level = 0, depth = 0;
    uint32_t *from = PyMem_New(uint32_t, most), *to = PyMem_New(uint32_t, most); /* patterns below */
    trie->codes = PyMem_Calloc(most, sizeof *trie->codes);
    trie->firsts = PyMem_Calloc(most + 1, sizeof *trie->firsts);
    trie->accepts = PyMem_Calloc(most, sizeof *trie->accepts);
    trie->roots = PyMem_Calloc(1 << 16, sizeof *trie->roots);
    if (!from || !to || !trie->codes || !trie->firsts || !trie->accepts || !trie->roots) {
        PyMem_Free(from);
        PyMem_Free(to);
        PyErr_NoMemory();
        return -1;
    }
    from[0] = 0;
    to[0] = (uint32_t)count;
    for (Py_ssize_t end = 1; level < end; end = nodes, depth++)
        for (; level < end; level++) {
            trie->firsts[level] = (uint32_t)nodes;
            for (uint32_t i = from[level]; i < to[level]; i++) {
                PyObject *word = word_at(patterns, i);
                if (PyUnicode_GET_LENGTH(word) <= depth) {
                    trie->accepts[level] = i + 1;
                    continue;
                }
                uint32_t code = PyUnicode_READ_CHAR(word, depth);
                if (trie->firsts[level] == nodes || trie->codes[nodes - 1] != code) {
                    trie->codes[nodes] = code;
                    from[nodes++] = i;
                }
                to[nodes - 1] = i + 1;
            }
        }
    trie->firsts[nodes] = (uint32_t)nodes;
    for (uint32_t child = trie->firsts[0]; child < trie->firsts[1] && child < 1 << 16; child++)
        if (trie->codes[child] < 1 << 16)
            trie->roots[trie->codes[child]] = (uint16_t)child;
    PyMem_Free(from);
    PyMem_Free(to);
    return 0;
}

/* The node that a character leads to from another; 0 where it leads nowhere. */
static inline uint32_t step(const Trie *trie, uint32_t node, uint32_t code)
{
    if (node == 0 && code < 1 << 16)
        return trie->roots[code];
    for (uint32_t child = trie->firsts[node]; child < trie->firsts[node + 1]; child++)
        if (trie->codes[child] >= code)
            return trie->codes[child] == code ? child : 0;
    return 0;
}

static int lay_patterns(Cues *self, PyObject *patterns)
{
    Py_ssize_t count = PyList_GET_SIZE(patterns), characters = 1, kinds = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *pattern = PyList_GET_ITEM(patterns, i);
        if (!PyTuple_Check(pattern) || PyTuple_GET_SIZE(pattern) != 3 ||
            !PyUnicode_Check(PyTuple_GET_ITEM(pattern, 0)) || !PyTuple_Check(PyTuple_GET_ITEM(pattern, 1))) {
            PyErr_SetString(PyExc_TypeError, "a pattern is a word, its kinds and its flags");
            return -1;
        }
        characters += PyUnicode_GET_LENGTH(PyTuple_GET_ITEM(pattern, 0));
        kinds += PyTuple_GET_SIZE(PyTuple_GET_ITEM(pattern, 1));
    }
    self->patterns = PyMem_Calloc(count + 1, sizeof *self->patterns);
    self->kinds_of = PyMem_Calloc(kinds + 1, sizeof *self->kinds_of);
    if (!self->patterns || !self->kinds_of) {
        PyErr_NoMemory();
        return -1;
    }
    kinds = 0;
    for (Py_ssize_t i = 0; i < count; i++)
        if (lay_pattern(self, i, PyList_GET_ITEM(patterns, i), &kinds) < 0)
            return -1;
    return lay_trie(&self->trie, patterns, characters + 1);
}

static int lay_units(Cues *self, PyObject *units)
{
    self->unit_count = PyList_GET_SIZE(units);
    self->units = PyMem_Calloc(self->unit_count + 1, sizeof *self->units);
    if (self->units == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < self->unit_count; i++) {
        PyObject *word;
        int kind;
        Unit *unit = &self->units[i];
        if (!PyArg_ParseTuple(PyList_GET_ITEM(units, i), "Ui", &word, &kind))
            return -1;
        unit->size = PyUnicode_GET_LENGTH(word);
        unit->kind = (uint8_t)kind;
        if (kind < 0 || kind >= self->kinds || unit->size > 16 ||
            PyUnicode_AsUCS4(word, unit->codes, 16, 0) == NULL) {
            PyErr_SetString(PyExc_ValueError, "a unit has sixteen letters at most and a known kind");
            return -1;
        }
    }
    return 0;
}

/* Names, what they turn into, weights, and the lists of kinds. */
static int lay_kinds(Cues *self, PyObject *names, PyObject *turned, PyObject *weights, PyObject *lists)
{
    self->kinds = PyTuple_GET_SIZE(names);
    if (self->kinds > MOST_KINDS || PyTuple_GET_SIZE(turned) != self->kinds ||
        PyTuple_GET_SIZE(weights) != self->kinds || PyTuple_GET_SIZE(lists) != LISTS) {
        PyErr_Format(PyExc_ValueError, "there are %d kinds at most, each with what it turns into and a "
                     "weight, and %d lists", MOST_KINDS, LISTS);
        return -1;
    }
    self->names = Py_NewRef(names);
    for (Py_ssize_t i = 0; i < self->kinds; i++) {
        self->name[i] = PyUnicode_AsUTF8AndSize(PyTuple_GET_ITEM(names, i), &self->name_size[i]);
        long turn = PyLong_AsLong(PyTuple_GET_ITEM(turned, i));
        self->turned[i] = turn < 0 || turn >= self->kinds ? NONE : (uint8_t)turn;
        self->weights[i] = (int8_t)PyLong_AsLong(PyTuple_GET_ITEM(weights, i));
        if (self->name[i] == NULL)
            return -1;
    }
    for (int list = 0; list < LISTS; list++) {
        PyObject *of = PyTuple_GET_ITEM(lists, list);
        Kinds *kinds = &self->lists[list];
        if (!PyTuple_Check(of) || PyTuple_GET_SIZE(of) > MOST_KINDS ||
            (list == SPECIAL && PyTuple_GET_SIZE(of) != SPECIALS)) {
            PyErr_SetString(PyExc_ValueError, "the lists hold kinds, the last one the nine special ones");
            return -1;
        }
        kinds->count = PyTuple_GET_SIZE(of);
        for (Py_ssize_t i = 0; i < kinds->count; i++) {
            long kind = PyLong_AsLong(PyTuple_GET_ITEM(of, i));
            if (kind < 0 || kind >= self->kinds) {
                if (!PyErr_Occurred())
                    PyErr_SetString(PyExc_ValueError, "a list holds a kind that has no name");
                return -1;
            }
            kinds->of[i] = (uint8_t)kind;
        }
    }
    return PyErr_Occurred() ? -1 : 0;
}

static void lay_crc(Cues *self)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t value = i;
        for (int bit = 0; bit < 8; bit++)
            value = value & 1 ? value >> 1 ^ 0xEDB88320U : value >> 1;
        self->crc[i] = value;
    }
}

static PyObject *cues_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *given[] = {"patterns", "units", "names", "turned", "weights", "lists", "view", NULL};
    PyObject *patterns, *units, *names, *turned, *weights, *lists;
    unsigned int view;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!O!O!O!O!O!I", given, &PyList_Type, &patterns,
                                     &PyList_Type, &units, &PyTuple_Type, &names, &PyTuple_Type, &turned,
                                     &PyTuple_Type, &weights, &PyTuple_Type, &lists, &view))
        return NULL;
    Cues *self = (Cues *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->view = view << 30;
    lay_crc(self);
    if (lay_kinds(self, names, turned, weights, lists) < 0 || lay_patterns(self, patterns) < 0 ||
        lay_units(self, units) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

/* ---- finding ----------------------------------------------------------------------------------- */

static inline int is_small(uint32_t code)
{
    return code - 'a' < 26;
}

static inline int is_in_word(uint32_t code)
{
    return is_small(code) || code == '+' || code == '/' || code == '\'';
}

static inline int is_mark(uint32_t code)
{
    return code - 0xE001 < 3;
}

static int is_digit_zh(uint32_t code)
{
    switch (code) {
    case 0x4E00: case 0x4E8C: case 0x4E24: case 0x4E09: case 0x56DB: case 0x4E94: case 0x516D:
    case 0x4E03: case 0x516B: case 0x4E5D: case 0x5341: case 0x51E0: case 0x534A: case 0x767E:
    case 0x4FE9: case 0x4EE8:
        return 1;
    }
    return 0;
}

static void add(Cues *self, uint8_t kind, Py_ssize_t start, Py_ssize_t end)
{
    if (self->found < MOST_CUES)
        self->cues[self->found++] = (Cue){kind, start, end};
}

static void add_special(Cues *self, int special, Py_ssize_t start, Py_ssize_t end)
{
    add(self, self->lists[SPECIAL].of[special], start, end);
}

static Py_ssize_t add_pattern(Cues *self, const Pattern *pattern, Py_ssize_t start, Py_ssize_t end)
{
    for (uint32_t i = 0; i < pattern->count; i++)
        add(self, self->kinds_of[pattern->first + i], start, end);
    return end;
}

static int ends_a_word(const Text *text, Py_ssize_t at)
{
    const uint32_t *codes = text->codes + at;
    return !is_in_word(codes[0]) && !(codes[0] == '-' && is_small(codes[1]));
}

/* Where letters, and the parts behind hyphens, end that begin here. */
static Py_ssize_t token_end(const Text *text, Py_ssize_t at)
{
    while (is_in_word(text->codes[at]))
        at++;
    while (text->codes[at] == '-' && is_small(text->codes[at + 1]))
        for (at++; is_small(text->codes[at]); at++)
            ;
    return at;
}

/* The word that follows, past spaces and points: where it begins and ends; nothing when they are equal. */
static Py_ssize_t following(const Text *text, Py_ssize_t at, Py_ssize_t *start)
{
    for (;; at++) {
        uint32_t code = text->codes[at];
        if (!(code == ',' || code == '.' || code == ';' || code == ':' || code == '"' ||
              (code && Py_UNICODE_ISSPACE(code))))
            break;
    }
    *start = at;
    return is_in_word(text->codes[at]) ? token_end(text, at) : at;
}

static const Unit *unit_of(const Cues *self, const Text *text, Py_ssize_t start, Py_ssize_t end)
{
    for (const Unit *unit = self->units; unit < self->units + self->unit_count; unit++)
        if (unit->size == end - start &&
            memcmp(unit->codes, text->codes + start, unit->size * sizeof(uint32_t)) == 0)
            return unit;
    return NULL;
}

/* The pattern that is exactly this stretch; NULL where there is none. */
static const Pattern *pattern_of(const Cues *self, const Text *text, Py_ssize_t start, Py_ssize_t end)
{
    uint32_t node = 0;
    for (Py_ssize_t i = start; i < end; i++)
        if (!(node = step(&self->trie, node, text->codes[i])))
            return NULL;
    return self->trie.accepts[node] ? &self->patterns[self->trie.accepts[node] - 1] : NULL;
}

static void add_token(Cues *self, const Text *text, Py_ssize_t start, Py_ssize_t end)
{
    const Pattern *pattern = pattern_of(self, text, start, end);
    const uint32_t *last = text->codes + end;
    if (pattern && pattern->count)
        add_pattern(self, pattern, start, end);
    else if (end - start >= 3 && last[-3] == 'n' && last[-2] == '\'' && last[-1] == 't')
        add_special(self, NOT, start, end);
}

/* A word, phrase or number that begins and ends where words do; gives where to go on. */
static Py_ssize_t take_word(Cues *self, const Text *text, const Pattern *pattern, Py_ssize_t start,
                            Py_ssize_t end)
{
    const uint32_t *codes = text->codes;
    if (is_in_word(codes[start - 1]) || (codes[start - 1] == '-' && is_in_word(codes[start - 2]))) {
        if (!(pattern->flags & DENIES) || !ends_a_word(text, end))
            return 0;
        while (is_in_word(codes[start - 1]))
            start--;
        return add_pattern(self, pattern, start, end);
    }
    if (is_in_word(codes[end - 1]) && !ends_a_word(text, end)) {
        end = token_end(text, start);
        add_token(self, text, start, end);
        return end;
    }
    if (pattern->flags & NUMBER) {
        Py_ssize_t first, last = following(text, end, &first);
        const Unit *unit = last > first ? unit_of(self, text, first, last) : NULL;
        if (unit) {
            add(self, unit->kind, start, last);
            return last;
        }
    }
    return add_pattern(self, pattern, start, end);
}

static int is_at(const Text *text, Py_ssize_t at, uint32_t one, uint32_t two)
{
    return text->codes[at] == one && (!two || text->codes[at + 1] == two);
}

/* A unit of counting or time that begins here: which special kind it makes, and where it ends. */
static int unit_zh(const Text *text, Py_ssize_t at, Py_ssize_t *end)
{
    switch (text->codes[at]) {
    case 0x6B21: case 0x904D: case 0x56DE: case 0x901A: case 0x8D9F: case 0x4EBA: case 0x5BB6:
    case 0x53F0: case 0x53CC: case 0x6761: case 0x5C01: case 0x4EF6: /* 次遍回通趟人家台双条封件 */
        *end = at + 1;
        return COUNT;
    case 0x4E2A: /* 个, 个人 */
        *end = at + (text->codes[at + 1] == 0x4EBA ? 2 : 1);
        return COUNT;
    case 0x5206: /* 分, 分钟 */
        *end = at + (text->codes[at + 1] == 0x949F ? 2 : 1);
        return SHORT;
    case 0x79D2: /* 秒, 秒钟 */
        *end = at + (text->codes[at + 1] == 0x949F ? 2 : 1);
        return SHORT;
    case 0x5929: case 0x5468: case 0x6708: case 0x5E74: /* 天周月年 */
        *end = at + 1;
        return LONG;
    }
    if (is_at(text, at, 0x5C0F, 0x65F6) || is_at(text, at, 0x949F, 0x5934) ||
        is_at(text, at, 0x793C, 0x62DC) || is_at(text, at, 0x661F, 0x671F) ||
        is_at(text, at, 0x5B63, 0x5EA6)) { /* 小时钟头礼拜星期季度 */
        *end = at + 2;
        return LONG;
    }
    return -1;
}

/* A count or a stretch of time that begins here, if one does; gives where to go on. */
static Py_ssize_t take_amount(Cues *self, const Text *text, Py_ssize_t start)
{
    const uint32_t *codes = text->codes;
    Py_ssize_t at = start + (codes[start] == 0x7B2C), number = at, end = 0; /* 第 */
    if (is_mark(codes[at]))
        while (is_mark(codes[at]))
            at++;
    else
        while (is_digit_zh(codes[at]))
            at++;
    if (at == number)
        return start + 1;
    int kind = -1;
    for (int with = codes[at] == 0x4E2A; kind < 0 && with >= 0; with--) { /* 个 */
        Py_ssize_t next = at + with;
        kind = unit_zh(text, next + (codes[next] == 0x591A || codes[next] == 0x6765), &end); /* 多来 */
    }
    if (kind < 0)
        return start + 1;
    add_special(self, codes[start] == 0x7B2C ? AGAIN : kind, start, end);
    return end;
}

/* A number with its unit; gives where it ended. */
static Py_ssize_t take_marked(Cues *self, const Text *text, Py_ssize_t start)
{
    Py_ssize_t end = start, first;
    while (is_mark(text->codes[end]))
        end++;
    Py_ssize_t last = following(text, end, &first);
    if (last > first) {
        const Unit *unit = unit_of(self, text, first, last);
        if (unit) {
            add(self, unit->kind, start, last);
            return last;
        }
        if (last - first == 2 && (is_at(text, first, 't', 'h') || is_at(text, first, 'r', 'd') ||
                                  is_at(text, first, 'n', 'd'))) {
            add_special(self, AGAIN, start, last);
            return last;
        }
    }
    Py_ssize_t reach = take_amount(self, text, start);
    return reach > end ? reach : end;
}

static int is_sign(uint32_t code)
{
    return code == '!' || code == '?' || code == '.';
}

static Py_ssize_t take_signs(Cues *self, const Text *text, Py_ssize_t start)
{
    Py_ssize_t end = start;
    int asks = 0;
    for (; is_sign(text->codes[end]); end++)
        asks |= text->codes[end] == '?';
    add_special(self, asks ? WONDER : text->codes[start] == '!' ? BANG : DOTS, start, end);
    return end;
}

static Py_ssize_t take(Cues *self, const Text *text, const Pattern *pattern, Py_ssize_t start,
                       Py_ssize_t end, Py_ssize_t reach)
{
    const uint32_t *codes = text->codes;
    if (pattern->flags & LETTERED) {
        uint32_t before = codes[start - 1], after = codes[end];
        if (is_in_word(before) || (pattern->flags & ONE_WORD && is_in_word(after)))
            return reach;
        if (pattern->flags & PLAIN && before != '-' && after != '-')
            return add_pattern(self, pattern, start, end);
        return take_word(self, text, pattern, start, end);
    }
    if (pattern->flags & DENIES)
        return take_word(self, text, pattern, start, end);
    if (pattern->flags & MARKED)
        return take_marked(self, text, start);
    if (pattern->count)
        return add_pattern(self, pattern, start, end);
    if (pattern->flags & AMOUNT)
        return take_amount(self, text, start);
    return take_signs(self, text, start);
}

/* Every cue; of the patterns that begin at one place the longest counts, and none inside it. */
static void find(Cues *self, const Text *text)
{
    Py_ssize_t reach = 0;
    for (Py_ssize_t at = 0; at < text->size;) {
        uint32_t node = 0, best = 0;
        Py_ssize_t end = at;
        for (Py_ssize_t i = at; i < text->size; i++) {
            if (!(node = step(&self->trie, node, text->codes[i])))
                break;
            if (self->trie.accepts[node]) {
                best = self->trie.accepts[node];
                end = i + 1;
            }
        }
        if (!best) {
            at++;
            continue;
        }
        if (at >= reach)
            reach = take(self, text, &self->patterns[best - 1], at, end, reach);
        at = end;
    }
}

static int is_closing(uint32_t code)
{
    return code == '"' || code == 0x300D || code == 0x300F;
}

/* What stands in quotes, put where it stands among the other cues. */
static void find_quoted(Cues *self, const Text *text)
{
    for (Py_ssize_t i = 0; i < text->size; i++) {
        uint32_t code = text->codes[i];
        if (code != '"' && code != 0x300C && code != 0x300E)
            continue;
        Py_ssize_t end = i + 1;
        while (end < text->size && end - i <= 24 && !is_closing(text->codes[end]))
            end++;
        if (end == i + 1 || end >= text->size || !is_closing(text->codes[end]) || self->found == MOST_CUES)
            continue;
        Py_ssize_t at = self->found++;
        for (; at > 0 && self->cues[at - 1].start > i; at--)
            self->cues[at] = self->cues[at - 1];
        self->cues[at] = (Cue){self->lists[SPECIAL].of[QUOTED], i, end + 1};
        i = end;
    }
}

/* A negation close before a cue turns it around. */
static void turn_negated(Cues *self, const Text *text)
{
    Py_ssize_t denied = -1, reach = 0;
    for (Cue *cue = self->cues; cue < self->cues + self->found; cue++) {
        if (cue->kind == self->lists[SPECIAL].of[NOT]) {
            denied = cue->end;
            reach = 12;
            for (Py_ssize_t i = cue->start; i < cue->end; i++)
                if (text->codes[i] >= 128)
                    reach = 2;
        } else if (denied >= 0 && self->turned[cue->kind] != NONE && cue->start >= denied &&
                   cue->start - denied <= reach)
            cue->kind = self->turned[cue->kind];
    }
}

/* ---- what they say together -------------------------------------------------------------------- */

static inline uint32_t more(const Cues *self, uint32_t crc, const char *bytes, Py_ssize_t size)
{
    for (Py_ssize_t i = 0; i < size; i++)
        crc = self->crc[(crc ^ (uint8_t)bytes[i]) & 0xFF] ^ crc >> 8;
    return crc;
}

static inline uint32_t begin(const Cues *self, const char *text)
{
    return more(self, 0xFFFFFFFFU, text, (Py_ssize_t)strlen(text));
}

static inline uint32_t more_kind(const Cues *self, uint32_t crc, uint8_t kind)
{
    return more(self, crc, self->name[kind], self->name_size[kind]);
}

static void note(Cues *self, uint32_t crc)
{
    uint32_t hash = (~crc & 0x3FFFFFFF) | self->view;
    for (Py_ssize_t i = 0; i < self->hashed; i++)
        if (self->hashes[i] == hash)
            return;
    if (self->hashed < MOST_HASHES)
        self->hashes[self->hashed++] = hash;
}

static uint32_t more_number(const Cues *self, uint32_t crc, int number)
{
    char digits[12];
    return more(self, crc, digits, PyOS_snprintf(digits, sizeof digits, "%d", number));
}

static uint32_t more_text(const Cues *self, uint32_t crc, const Text *text, Py_ssize_t start,
                          Py_ssize_t end)
{
    for (Py_ssize_t i = start; i < end; i++) {
        uint32_t code = text->codes[i];
        char bytes[4];
        int size = 0;
        if (code < 0x80)
            bytes[size++] = (char)code;
        else {
            if (code < 0x800)
                bytes[size++] = (char)(0xC0 | code >> 6);
            else {
                if (code < 0x10000)
                    bytes[size++] = (char)(0xE0 | code >> 12);
                else {
                    bytes[size++] = (char)(0xF0 | code >> 18);
                    bytes[size++] = (char)(0x80 | (code >> 12 & 0x3F));
                }
                bytes[size++] = (char)(0x80 | (code >> 6 & 0x3F));
            }
            bytes[size++] = (char)(0x80 | (code & 0x3F));
        }
        crc = more(self, crc, bytes, size);
    }
    return crc;
}

static int is_will(const Cues *self, uint8_t kind)
{
    for (Py_ssize_t i = 0; i < self->lists[WILL].count; i++)
        if (self->lists[WILL].of[i] == kind)
            return 1;
    return 0;
}

/* What kinds say by being there at all. */
static void note_held(Cues *self, const uint8_t *held, int balance)
{
    const Kinds *core = &self->lists[CORE], *will = &self->lists[WILL], *out = &self->lists[OUTCOMES];
    uint32_t set = begin(self, "set ");
    int is_first = 1;
    for (Py_ssize_t i = 0; i < core->count; i++)
        if (held[core->of[i]]) {
            set = more_kind(self, is_first ? set : more(self, set, " ", 1), core->of[i]);
            is_first = 0;
        }
    note(self, set);
    note(self, begin(self, "any"));
    note(self, more_number(self, begin(self, "balance "), balance));
    for (Py_ssize_t kind = 0; kind < self->kinds; kind++)
        if (held[kind])
            note(self, more_kind(self, 0xFFFFFFFFU, (uint8_t)kind));
    for (Py_ssize_t i = 0; i < will->count; i++) {
        if (!held[will->of[i]])
            continue;
        uint32_t start = more_kind(self, 0xFFFFFFFFU, will->of[i]);
        note(self, more_number(self, more(self, start, "&", 1), balance));
        start = more(self, start, "+", 1);
        for (Py_ssize_t j = 0; j < out->count; j++)
            if (held[out->of[j]])
                note(self, more_kind(self, start, out->of[j]));
    }
}

/* Which kind stands before which, and what words of will meet. */
static void note_order(Cues *self, const Text *text, int balance)
{
    const Cue *cues = self->cues;
    Py_ssize_t count = self->found < MOST_IN_ORDER ? self->found : MOST_IN_ORDER;
    for (Py_ssize_t i = 0; i + 1 < count; i++)
        note(self, more_kind(self, more(self, more_kind(self, 0xFFFFFFFFU, cues[i].kind), ">", 1),
                             cues[i + 1].kind));
    if (self->found) {
        note(self, more_kind(self, begin(self, "begins "), cues[0].kind));
        note(self, more_kind(self, begin(self, "ends "), cues[self->found - 1].kind));
    }
    for (Py_ssize_t i = 0; i < self->found; i++)
        if (is_will(self, cues[i].kind)) {
            uint32_t word = more_text(self, 0xFFFFFFFFU, text, cues[i].start, cues[i].end);
            note(self, more_number(self, more(self, word, "&", 1), balance));
        }
}

static void note_all(Cues *self, const Text *text, Py_ssize_t length)
{
    uint8_t held[MOST_KINDS] = {0};
    int balance = 0;
    for (Py_ssize_t i = 0; i < self->found; i++) {
        held[self->cues[i].kind] = 1;
        balance += self->weights[self->cues[i].kind];
    }
    balance = balance > 2 ? 2 : balance < -2 ? -2 : balance;
    self->hashed = 0;
    note(self, more_number(self, begin(self, "length "), length / 12 < 8 ? (int)(length / 12) : 8));
    note_held(self, held, balance);
    note_order(self, text, balance);
}

/* The head and the tail of a longer text, or all of it, into the room. */
static Text open_text(Cues *self, PyObject *string)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(string), size = 0;
    int kind = PyUnicode_KIND(string);
    const void *data = PyUnicode_DATA(string);
    uint32_t *codes = self->room + EDGE;
    Py_ssize_t head = length > MOST_CHARS ? MOST_CHARS / 2 : length;
    for (Py_ssize_t i = 0; i < head; i++)
        codes[size++] = PyUnicode_READ(kind, data, i);
    if (length > MOST_CHARS) {
        codes[size++] = ' ';
        for (Py_ssize_t i = length - MOST_CHARS / 2; i < length; i++)
            codes[size++] = PyUnicode_READ(kind, data, i);
    }
    memset(codes + size, 0, EDGE * sizeof *codes);
    return (Text){codes, size};
}

static PyObject *cues_read(Cues *self, PyObject *string)
{
    if (!PyUnicode_Check(string))
        return PyErr_Format(PyExc_TypeError, "a text must be a str");
    Text text = open_text(self, string);
    self->found = 0;
    find(self, &text);
    find_quoted(self, &text);
    turn_negated(self, &text);
    note_all(self, &text, PyUnicode_GET_LENGTH(string));
    return PyBytes_FromStringAndSize((char *)self->hashes, self->hashed * sizeof *self->hashes);
}

static PyObject *cues_find(Cues *self, PyObject *string)
{
    if (!PyUnicode_Check(string))
        return PyErr_Format(PyExc_TypeError, "a text must be a str");
    Text text = open_text(self, string);
    self->found = 0;
    find(self, &text);
    find_quoted(self, &text);
    turn_negated(self, &text);
    PyObject *found = PyList_New(self->found);
    for (Py_ssize_t i = 0; found && i < self->found; i++) {
        const Cue *cue = &self->cues[i];
        PyObject *name = PyTuple_GET_ITEM(self->names, cue->kind);
        PyObject *one = Py_BuildValue("Onn", name, cue->start, cue->end);
        if (one == NULL)
            Py_CLEAR(found);
        else
            PyList_SET_ITEM(found, i, one);
    }
    return found;
}

static PyMethodDef methods[] = {
    {"read", (PyCFunction)cues_read, METH_O, "What the cues of a plain text say together (uint32), as bytes."},
    {"find", (PyCFunction)cues_find, METH_O, "Kind, start and end of each cue of a plain text."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject CuesType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pointsman_native.Cues",
    .tp_doc = "Cues(patterns, units, names, turned, weights, lists, view): the cues of texts.",
    .tp_basicsize = sizeof(Cues),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = cues_new,
    .tp_dealloc = (destructor)cues_free,
    .tp_methods = methods,
};

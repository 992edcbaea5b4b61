/* Cues of a mood in a plain text and what they say together, as n-grams of a view of their own: the
 * loops of cues.py and mood_features.py, which say what everything means. */
#include "cues.h"

static void cues_free(Cues *self)
{
    void *parts[] = {self->trie.codes, self->trie.firsts, self->trie.accepts, self->trie.roots,
                     self->patterns, self->kinds_of, self->units, self->measures};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        PyMem_Free(parts[i]);
    Py_XDECREF(self->names);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *cues_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Cues *self = (Cues *)type->tp_alloc(type, 0);
    if (self != NULL && cues_take(self, args, kwargs) < 0)
        Py_CLEAR(self);
    return (PyObject *)self;
}

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
    uint32_t hash = (~crc & 0x3FFFFFFF) | self->view, noted = 0;
    for (Py_ssize_t i = 0; i < self->hashed; i++)
        noted |= self->hashes[i] == hash; /* to the end each time: so several are compared at once */
    if (!noted && self->hashed < MOST_HASHES)
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

static uint32_t more_amount(const Cues *self, uint32_t crc, const Amount *amount)
{
    crc = more_number(self, more(self, crc, &self->steps[amount->kind].name, 1), amount->level);
    Text letter = {&amount->letter, 1};
    return amount->letter ? more_text(self, crc, &letter, 0, 1) : crc;
}

/* How the last stretch of time compares with the first; NULL for fewer than two. */
static const char *compare_times(const Cues *self)
{
    int64_t first = 0, last = 0;
    int times = 0;
    for (int i = 0; i < self->amounts_found; i++)
        if (self->amounts[i].seconds) {
            last = self->amounts[i].seconds;
            first = times++ ? first : last;
        }
    return times < 2 ? NULL : last > first ? "longer" : last < first ? "shorter" : "as long";
}

/* Each amount, what stands beside it, and what words of will meet. */
static void note_amounts(Cues *self, const Text *typed, const uint8_t *held)
{
    const Kinds *will = &self->lists[WILL];
    const char *compared = compare_times(self);
    if (compared)
        note(self, begin(self, compared));
    for (int i = 0; i < self->amounts_found; i++) {
        const Amount *amount = &self->amounts[i];
        uint32_t name = more_amount(self, 0xFFFFFFFFU, amount);
        note(self, name);
        note(self, more_text(self, more(self, name, "<", 1), typed, amount->before, amount->before_end));
        note(self, more_text(self, more(self, name, ">", 1), typed, amount->after, amount->after_end));
    }
    for (Py_ssize_t i = 0; self->amounts_found && i < will->count; i++) {
        if (!held[will->of[i]])
            continue;
        uint32_t start = more(self, more_kind(self, 0xFFFFFFFFU, will->of[i]), "&", 1);
        if (compared)
            note(self, more(self, start, compared, (Py_ssize_t)strlen(compared)));
        for (int j = 0; j < self->amounts_found; j++)
            note(self, more_amount(self, start, &self->amounts[j]));
    }
}

static void note_all(Cues *self, const Text *text, const Text *typed, Py_ssize_t length)
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
    note_amounts(self, typed, held);
}

/* The head and the tail of a longer text, or all of it, into a room. */
static Text open_text(uint32_t *room, PyObject *string)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(string), size = 0;
    int kind = PyUnicode_KIND(string);
    const void *data = PyUnicode_DATA(string);
    uint32_t *codes = room + EDGE;
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

static Text open_typed(Cues *self, PyObject *string)
{
    Text text = open_text(self->typed, string);
    uint32_t *codes = self->typed + EDGE;
    for (Py_ssize_t i = 0; i < text.size; i++)
        codes[i] |= codes[i] - 'A' < 26 ? 0x20 : 0;
    return text;
}

static PyObject *cues_read(Cues *self, PyObject *const *given, Py_ssize_t count)
{
    if (count != 2 || !PyUnicode_Check(given[0]) || !PyUnicode_Check(given[1]))
        return PyErr_Format(PyExc_TypeError, "a plain text and the text as it was typed must be given");
    Text text = open_text(self->room, given[0]), typed = open_typed(self, given[1]);
    cues_find_all(self, &text);
    cues_find_amounts(self, &typed);
    note_all(self, &text, &typed, PyUnicode_GET_LENGTH(given[0]));
    return PyBytes_FromStringAndSize((char *)self->hashes, self->hashed * sizeof *self->hashes);
}

static PyObject *cues_find(Cues *self, PyObject *string)
{
    if (!PyUnicode_Check(string))
        return PyErr_Format(PyExc_TypeError, "a text must be a str");
    Text text = open_text(self->room, string);
    cues_find_all(self, &text);
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
    {"read", (PyCFunction)(void (*)(void))cues_read, METH_FASTCALL,
     "What the cues of a plain text and the amounts of the typed one say together (uint32), as bytes."},
    {"find", (PyCFunction)cues_find, METH_O, "Kind, start and end of each cue of a plain text."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject CuesType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pointsman_native.Cues",
    .tp_doc = "Cues(patterns, units, names, turned, weights, lists, amounts, view): the cues of texts.",
    .tp_basicsize = sizeof(Cues),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = cues_new,
    .tp_dealloc = (destructor)cues_free,
    .tp_methods = methods,
};

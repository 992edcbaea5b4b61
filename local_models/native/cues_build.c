/* Laying out the words, units and kinds that cues are found by. */
#include "cues.h"

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

static void lay_pairs(Trie *trie)
{
    for (uint32_t one = 0; one < LETTERS; one++)
        for (uint32_t two = 0; two < LETTERS; two++) {
            uint32_t node = step(trie, 0, 'a' + one);
            trie->pairs[one][two] = node ? step(trie, node, 'a' + two) : 0;
        }
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
    if (lay_trie(&self->trie, patterns, characters + 1) < 0)
        return -1;
    lay_pairs(&self->trie);
    return 0;
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

static int lay_measures(Cues *self, PyObject *words)
{
    Py_ssize_t count = PyList_GET_SIZE(words), last = 0;
    self->measures = PyMem_Calloc(count + 1, sizeof *self->measures);
    if (self->measures == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *word;
        int role, kind;
        long long worth;
        uint32_t codes[16] = {0};
        if (!PyArg_ParseTuple(PyList_GET_ITEM(words, i), "UiiL", &word, &role, &kind, &worth))
            return -1;
        Py_ssize_t size = PyUnicode_GET_LENGTH(word);
        uint64_t key = size > 15 || PyUnicode_AsUCS4(word, codes, 16, 0) == NULL ? 0 : amounts_key(codes, size);
        if (!key || role < last || role >= ROLES || kind < 0 || kind >= AMOUNT_KINDS) {
            PyErr_SetString(PyExc_ValueError, "a word of amounts is short and of a known role, and those of "
                            "one role stand together");
            return -1;
        }
        for (; last < role; last++)
            self->roles[last + 1] = i;
        self->measures[i] = (Measure){key, worth, (uint8_t)kind};
        self->hints[role][amounts_hint(codes[0], size)] = 1;
        if (role != NUMERAL)
            continue;
        if (i > 254 || size != 1 || self->numerals[codes[0] & 0xFF]) {
            PyErr_SetString(PyExc_ValueError, "a numeral is one character, and no two end in the same byte");
            return -1;
        }
        self->numerals[codes[0] & 0xFF] = (uint8_t)(i + 1);
    }
    for (; last < ROLES; last++)
        self->roles[last + 1] = count;
    return 0;
}

/* The words that amounts are made of, and of each kind its name and where its classes begin. */
static int lay_amounts(Cues *self, PyObject *amounts)
{
    PyObject *words, *kinds;
    if (!PyArg_ParseTuple(amounts, "O!O!", &PyList_Type, &words, &PyTuple_Type, &kinds))
        return -1;
    if (PyTuple_GET_SIZE(kinds) != AMOUNT_KINDS) {
        PyErr_Format(PyExc_ValueError, "there are %d kinds of amounts", AMOUNT_KINDS);
        return -1;
    }
    for (int kind = 0; kind < AMOUNT_KINDS; kind++) {
        int name;
        PyObject *of;
        Steps *steps = &self->steps[kind];
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(kinds, kind), "CO!", &name, &PyTuple_Type, &of))
            return -1;
        if (PyTuple_GET_SIZE(of) > MOST_STEPS) {
            PyErr_Format(PyExc_ValueError, "a kind has %d classes at most", MOST_STEPS);
            return -1;
        }
        steps->name = (char)name;
        steps->count = (int)PyTuple_GET_SIZE(of);
        for (int i = 0; i < steps->count; i++)
            steps->of[i] = PyLong_AsLongLong(PyTuple_GET_ITEM(of, i));
    }
    return PyErr_Occurred() ? -1 : lay_measures(self, words);
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

int cues_take(Cues *self, PyObject *args, PyObject *kwargs)
{
    static char *given[] = {"patterns", "units", "names", "turned", "weights", "lists", "amounts", "view",
                            NULL};
    PyObject *patterns, *units, *names, *turned, *weights, *lists, *amounts;
    unsigned int view;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!O!O!O!O!O!O!I", given, &PyList_Type, &patterns,
                                     &PyList_Type, &units, &PyTuple_Type, &names, &PyTuple_Type, &turned,
                                     &PyTuple_Type, &weights, &PyTuple_Type, &lists, &PyTuple_Type,
                                     &amounts, &view))
        return -1;
    self->view = view << 30;
    lay_crc(self);
    return lay_kinds(self, names, turned, weights, lists) < 0 || lay_patterns(self, patterns) < 0 ||
                   lay_units(self, units) < 0 || lay_amounts(self, amounts) < 0
               ? -1
               : 0;
}

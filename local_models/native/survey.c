/* All that is counted in a text: its words, its signs, and the traits that traits.py makes of both. */
#include "text.h"
#include <math.h>
#include <string.h>

#define MOST_MARKS 256
#define MARK_CODES 8
#define BUCKETS 256
#define MOST_ASKS 16
#define MOST_SIGNS 30

/* Where the numbers of traits.py stand; the groups of words follow the last of these. */
enum {
    LOG_CHARS, LOG_STEM_CHARS, LOG_WORDS, SENTENCES, WORDS_PER_SENTENCE, NUMBERS, DISTINCT_NUMBERS, LOG_LARGEST,
    DECIMALS, WORD_LENGTH, DISTINCT_WORDS, LONG_WORDS, OPTIONS, QUESTIONS = OPTIONS + 12, ENDS_ASKING, ENDS_OPEN,
    BLANK, OPERATORS, DOLLARS, BACKSLASHES, BRACKETS, BRACES, QUOTES, COMMAS, CAPITALS, CAPITAL_WORDS, LINES,
    NOT_ASCII, HAN_SHARE, NAMES, LOG_LAST_CHARS, LAST_SHARE, PERCENT, FRACTIONS, THOUSANDS, LOOPS, BRANCHES, CALLS,
    SUBSCRIPTS, ASSIGNMENTS, INDENT, LITERALS, COMPARES, COMMANDS, ROOTS, FIGURES, POWERS, GROUPS
};

/* A mark of scripts without spaces, and the group that it counts for. */
typedef struct {
    uint32_t codes[MARK_CODES];
    int length, group, next; /* the next one of the same bucket, plus one */
} Mark;

typedef struct {
    PyObject_HEAD
    PyObject *words;
    Mark marks[MOST_MARKS];
    int buckets[BUCKETS]; /* the first mark of each, plus one */
    Py_ssize_t groups, asks;
    Py_ssize_t asked[MOST_ASKS];
    char signs[MOST_SIGNS + 1]; /* that somebody wants to know of */
} Survey;

static void survey_free(Survey *self)
{
    Py_XDECREF(self->words);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* Take in the marks, the longest first; -1 with the error set. */
static int take_marks(Survey *self, PyObject *marks)
{
    if (PyList_GET_SIZE(marks) > MOST_MARKS) {
        PyErr_Format(PyExc_ValueError, "there is room for %d marks", MOST_MARKS);
        return -1;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(marks); i++) {
        Mark *mark = &self->marks[i];
        PyObject *word;
        if (!PyArg_ParseTuple(PyList_GET_ITEM(marks, i), "Ui", &word, &mark->group))
            return -1;
        mark->length = (int)PyUnicode_GET_LENGTH(word);
        if (mark->length < 1 || mark->length > MARK_CODES || mark->group < 0 ||
            mark->group >= self->groups) {
            PyErr_SetString(PyExc_ValueError, "a mark is too long, or its group is not there");
            return -1;
        }
        if (PyUnicode_AsUCS4(word, mark->codes, mark->length, 0) == NULL)
            return -1;
        int *last = &self->buckets[mark->codes[0] % BUCKETS];
        while (*last)
            last = &self->marks[*last - 1].next;
        *last = (int)i + 1;
    }
    return 0;
}

static PyObject *survey_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"words", "marks", "groups", "asked", "signs", NULL};
    PyObject *words, *marks, *asked;
    Py_ssize_t groups;
    const char *signs;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!O!nO!s", names, &WordsType, &words, &PyList_Type,
                                     &marks, &groups, &PyTuple_Type, &asked, &signs))
        return NULL;
    if (strlen(signs) > MOST_SIGNS)
        return PyErr_Format(PyExc_ValueError, "there is room for %d signs", MOST_SIGNS);
    Survey *self = (Survey *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->words = Py_NewRef(words);
    strcpy(self->signs, signs);
    self->groups = groups;
    self->asks = PyTuple_GET_SIZE(asked);
    int is_fine = groups >= 0 && groups <= MOST_GROUPS && self->asks <= MOST_ASKS;
    for (Py_ssize_t i = 0; is_fine && i < self->asks; i++) {
        self->asked[i] = PyLong_AsSsize_t(PyTuple_GET_ITEM(asked, i));
        is_fine = self->asked[i] >= 0 && self->asked[i] < groups;
    }
    if (!is_fine && !PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "a group of words is not there");
    if (!is_fine || take_marks(self, marks) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

/* ---- counting ---------------------------------------------------------------------------------- */

static int is_here(const Mark *mark, const uint32_t *codes)
{
    for (int i = 0; i < mark->length; i++)
        if (codes[i] != mark->codes[i])
            return 0;
    return 1;
}

/* The marks between two places, each counted for its group; none where all there is ASCII. */
static void count_marks(const Survey *self, const uint32_t *codes, Py_ssize_t size, uint32_t *in_group)
{
    Py_ssize_t i = 0;
    while (i < size && codes[i] < 128)
        i++;
    if (i == size)
        return;
    for (i = 0; i < size;) {
        int at = self->buckets[codes[i] % BUCKETS], length = 1;
        for (; at; at = self->marks[at - 1].next) {
            const Mark *mark = &self->marks[at - 1];
            if (i + mark->length <= size && is_here(mark, codes + i)) {
                in_group[mark->group]++;
                length = mark->length;
                break;
            }
        }
        i += length;
    }
}

static Py_ssize_t count_code(const Codes *text, uint32_t code)
{
    Py_ssize_t found = 0;
    for (Py_ssize_t i = 0; i < text->size; i++)
        found += text->codes[i] == code;
    return found;
}

/* Characters between single quotes that stand on one line and not too far apart. */
#define LITERAL_CHARS 200
static Py_ssize_t count_literals(const Codes *text)
{
    Py_ssize_t found = 0;
    for (Py_ssize_t i = 0; i < text->size; i++) {
        if (text->codes[i] != '\'')
            continue;
        Py_ssize_t end = i + 1;
        while (end < text->size && end - i <= LITERAL_CHARS && text->codes[end] != '\'' &&
               text->codes[end] != '\n')
            end++;
        if (end < text->size && text->codes[end] == '\'') {
            found += end - i - 1;
            i = end;
        }
    }
    return found;
}

static inline float least(double value, double most)
{
    return (float)(value < most ? value : most);
}

/* ---- traits ------------------------------------------------------------------------------------ */

static void tell_size(const Codes *text, const Signs *signs, const WordCounts *words, float *traits)
{
    double count = words->words ? (double)words->words : 1;
    double sentences = signs->sentences ? (double)signs->sentences : 1;
    traits[LOG_CHARS] = traits[LOG_STEM_CHARS] = (float)log1p((double)text->size);
    traits[LOG_WORDS] = (float)log1p((double)words->words);
    traits[SENTENCES] = least(sentences, 30);
    traits[WORDS_PER_SENTENCE] = least((double)words->words / sentences, 80);
    traits[NUMBERS] = least((double)signs->numbers, 30);
    traits[DISTINCT_NUMBERS] = least((double)signs->distinct_numbers, 20);
    traits[LOG_LARGEST] = (float)log1p(signs->largest);
    traits[DECIMALS] = least((double)signs->decimals, 9);
    traits[WORD_LENGTH] = (float)((double)words->letters / count);
    traits[DISTINCT_WORDS] = (float)((double)words->distinct / count);
    traits[LONG_WORDS] = (float)((double)words->long_words / count);
}

/* Where the last character stands that is no blank; -1 for none, which counts as any end. */
static Py_ssize_t last_of(const Codes *text)
{
    Py_ssize_t i = text->size;
    while (i > 0 && is_space(text->codes[i - 1]))
        i--;
    return i - 1;
}

static int is_open(uint32_t end)
{
    return end == '.' || end == ':' || end == 0xFF1A || end == '_' || end == 0x3002 || end == ',';
}

static void tell_signs(const Codes *text, const Signs *signs, const WordCounts *words, float *traits)
{
    const uint32_t *count = signs->census;
    double size = text->size ? (double)text->size : 1;
    double last = (double)(signs->last_end - signs->last_start);
    Py_ssize_t at_end = last_of(text);
    int has_end = at_end >= 0, is_wide = signs->foreign > 0;
    uint32_t end = has_end ? text->codes[at_end] : 0;
    double operators = (double)count['+'] + count['-'] + count['*'] + count['/'] + count['='] + count['^'];
    traits[QUESTIONS] = (float)(count['?'] + (is_wide ? count_code(text, 0xFF1F) : 0));
    traits[ENDS_ASKING] = !has_end || end == '?' || end == 0xFF1F;
    traits[ENDS_OPEN] = !has_end || is_open(end);
    traits[BLANK] = (float)signs->has_blank;
    traits[OPERATORS] = (float)((operators + count['<'] + count['>']) / size);
    traits[DOLLARS] = least(count['$'], 20);
    traits[BACKSLASHES] = least(count['\\'], 20);
    traits[BRACKETS] = least(count['('], 20);
    traits[BRACES] = least(count['{'], 20);
    traits[QUOTES] = least((double)count['"'] + (is_wide ? count_code(text, 0x201C) : 0), 20);
    traits[COMMAS] = least((double)count[','] + (is_wide ? count_code(text, 0xFF0C) : 0), 30);
    traits[CAPITALS] = (float)((double)signs->capitals / size);
    traits[CAPITAL_WORDS] = (float)((double)signs->capitals / (words->words ? (double)words->words : 1));
    traits[LINES] = least(count['\n'], 40);
    traits[NOT_ASCII] = is_wide ? (float)(1 - (double)(text->size - signs->foreign) / size) : 0;
    traits[HAN_SHARE] = (float)((double)signs->han / size);
    traits[NAMES] = least((double)signs->names, 12);
    traits[LOG_LAST_CHARS] = (float)log1p(last);
    traits[LAST_SHARE] = (float)(last / size);
    traits[PERCENT] = (float)count['%'];
    traits[FRACTIONS] = (float)signs->fractions;
    traits[THOUSANDS] = (float)signs->thousands;
}

/* What needs no pattern; `is_code_like` says when patterns would find more. */
static void tell_code(const Codes *text, const Signs *signs, float *traits)
{
    const uint32_t *count = signs->census;
    traits[SUBSCRIPTS] = least(count['['], 20);
    traits[LITERALS] = count['\''] > 1 ? (float)log1p((double)count_literals(text)) : 0;
    traits[COMPARES] = least((double)count['<'] + count['>'], 8);
    traits[FIGURES] =
        least((double)(signs->triangles + signs->circles + signs->angles + signs->drawings), 6);
    traits[POWERS] = least(count['^'], 10);
}

static int is_code_like(const Signs *signs)
{
    const uint32_t *count = signs->census;
    return count['\\'] || count['='] || signs->has_indent || (count['.'] && count['(']);
}

/* The groups' counts, and whether the last sentence has words of those that it may ask for. */
static int tell_groups(const Survey *self, const Codes *text, const Signs *signs,
                       const WordCounts *words, float *traits)
{
    WordCounts marked = *words, last = *words;
    Py_ssize_t size = signs->last_end - signs->last_start;
    const uint32_t *start = text->codes + signs->last_start;
    if (signs->foreign)
        count_marks(self, text->codes, text->size, marked.in_group);
    if (size == text->size)
        last = marked;
    else {
        if (words_count(self->words, start, size, &last, NULL) < 0)
            return -1;
        if (signs->foreign)
            count_marks(self, start, size, last.in_group);
    }
    for (Py_ssize_t k = 0; k < self->groups; k++)
        traits[GROUPS + k] = least(marked.in_group[k], 6);
    for (Py_ssize_t k = 0; k < self->asks; k++)
        traits[GROUPS + self->groups + k] = last.in_group[self->asked[k]] > 0;
    return 0;
}

/* A bit for each of the signs that stands in the text. */
static unsigned int signs_held(const Survey *self, const Signs *signs)
{
    unsigned int held = 0;
    for (int i = 0; self->signs[i]; i++)
        held |= (unsigned int)(signs->census[self->signs[i] & 127] > 0) << i;
    return held;
}

static PyObject *answer_with(const Survey *self, const Codes *text, const Signs *signs,
                             const WordCounts *words, const uint64_t *hashes)
{
    float traits[GROUPS + MOST_GROUPS + MOST_ASKS] = {0};
    tell_size(text, signs, words, traits);
    tell_signs(text, signs, words, traits);
    tell_code(text, signs, traits);
    if (tell_groups(self, text, signs, words, traits) < 0)
        return NULL;
    PyObject *told = PyByteArray_FromStringAndSize(
        (char *)traits, (GROUPS + self->groups + self->asks) * (Py_ssize_t)sizeof *traits);
    PyObject *counted = told ? words_told(words) : NULL;
    if (counted == NULL) {
        Py_XDECREF(told);
        return NULL;
    }
    return Py_BuildValue("NNy#IO", counted, told, (char *)hashes, words->words * (Py_ssize_t)sizeof *hashes,
                         signs_held(self, signs), is_code_like(signs) ? Py_True : Py_False);
}

static PyObject *survey_read(Survey *self, PyObject *string)
{
    Codes text;
    Signs signs;
    WordCounts words;
    if (codes_open(string, &text) < 0)
        return NULL;
    PyObject *answer = NULL;
    uint64_t *hashes = PyMem_New(uint64_t, text.size + 1); /* a dotted capital I is a word by itself */
    if (hashes == NULL)
        PyErr_NoMemory();
    else if (signs_read(&text, &signs) == 0 &&
             words_count(self->words, text.codes, text.size, &words, hashes) == 0)
        answer = answer_with(self, &text, &signs, &words, hashes);
    PyMem_Free(hashes);
    codes_close(&text);
    return answer;
}

static PyMethodDef methods[] = {
    {"read", (PyCFunction)survey_read, METH_O,
     "What a Words reads, traits (float32), the words' hashes (uint64), a bit for each of the signs that is "
     "there, and whether patterns would find more traits of code."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject SurveyType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pointsman_native.Survey",
    .tp_doc = "Survey(words, [(mark, group), ...], groups, asked, signs): all that is counted in a text.",
    .tp_basicsize = sizeof(Survey),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = survey_new,
    .tp_dealloc = (destructor)survey_free,
    .tp_methods = methods,
};

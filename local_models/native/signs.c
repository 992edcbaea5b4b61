/* What stands in a text besides its words: the loop of signs.py, which says what each count is. */
#include "native.h"
#include <string.h>

/* A copy of the text in whole code points with two zeros before it and three behind: nothing that looks
 * at a neighbour has to ask whether there is one. */
typedef struct {
    const uint32_t *codes;
    Py_ssize_t size;
} Reader;

#define BEFORE 2
#define BEHIND 3

static inline int is_digit(uint32_t code)
{
    return code < 128 ? code - '0' < 10 : Py_UNICODE_ISDECIMAL(code);
}

static inline int is_small(uint32_t code)
{
    return code - 'a' < 26;
}

static inline int is_capital(uint32_t code)
{
    return code - 'A' < 26;
}

static inline int is_space(uint32_t code)
{
    return code < 128 ? code == ' ' || code - 9 < 5 || code - 0x1C < 4 : Py_UNICODE_ISSPACE(code);
}

/* A set of things seen, by hash; a text is too short for two of them to share one. */
typedef struct {
    uint64_t *seen;
    size_t mask;
    Py_ssize_t count;
} Set;

static int set_open(Set *set, Py_ssize_t most)
{
    size_t size = 64;
    while (size < 2 * (size_t)most)
        size *= 2; /* so that it is never more than half full */
    set->seen = PyMem_Calloc(size, sizeof *set->seen);
    set->mask = size - 1;
    set->count = 0;
    return set->seen == NULL ? -1 : 0;
}

static void set_add(Set *set, const Reader *text, Py_ssize_t start, Py_ssize_t end)
{
    uint64_t hash = 0xCBF29CE484222325ULL;
    for (Py_ssize_t i = start; i < end; i++)
        hash = (hash ^ text->codes[i]) * 0x100000001B3ULL;
    hash ^= hash >> 32;
    hash *= 0x9E3779B97F4A7C15ULL;
    hash = (hash ^ hash >> 29) | 1; /* zero is an empty place */
    size_t place = hash & set->mask;
    while (set->seen[place] && set->seen[place] != hash)
        place = (place + 1) & set->mask;
    set->count += !set->seen[place];
    set->seen[place] = hash;
}

typedef struct {
    uint32_t census[128];
    Py_ssize_t capitals, digits, han, foreign, numbers, decimals, thousands, fractions, sentences;
    Py_ssize_t last_start, last_end;
    double largest;
} Signs;

/* Characters by kind, and where the digits and the capitals begin that are looked at more closely. */
static void count_characters(const Reader *text, Signs *signs)
{
    for (Py_ssize_t i = 0; i < text->size; i++) {
        uint32_t code = text->codes[i];
        if (code < 128) {
            signs->census[code]++;
            continue;
        }
        signs->foreign++;
        signs->han += code >= 0x4E00 && code <= 0x9FFF;
        signs->capitals += Py_UNICODE_ISUPPER(code);
        signs->digits += Py_UNICODE_ISDECIMAL(code);
    }
    for (int code = 'A'; code <= 'Z'; code++)
        signs->capitals += signs->census[code];
    for (int code = '0'; code <= '9'; code++)
        signs->digits += signs->census[code];
}

/* What a number is worth, without the commas; 0 with two points, 1e12 at most; -1 with the error set. */
static double value_of(const Reader *text, Py_ssize_t start, Py_ssize_t end)
{
    char room[64], *digits = room;
    Py_ssize_t length = 0, points = 0;
    if (end - start >= (Py_ssize_t)sizeof room && (digits = PyMem_Malloc(end - start + 1)) == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = start; i < end; i++) {
        uint32_t code = text->codes[i];
        if (code == ',')
            continue;
        points += code == '.';
        digits[length++] = code == '.' ? '.' : (char)('0' + Py_UNICODE_TODECIMAL(code));
    }
    digits[length] = 0;
    double value = points < 2 ? PyOS_string_to_double(digits, NULL, NULL) : 0;
    if (digits != room)
        PyMem_Free(digits);
    if (value == -1 && PyErr_Occurred())
        return -1;
    return value < 1e12 ? value : 1e12;
}

static int count_numbers(const Reader *text, Signs *signs, Set *distinct)
{
    const uint32_t *codes = text->codes;
    for (Py_ssize_t i = 0; i < text->size; i++) {
        if (!is_digit(codes[i]))
            continue;
        Py_ssize_t start = i, has_point = 0;
        while (is_digit(codes[i]) || ((codes[i] == '.' || codes[i] == ',') && is_digit(codes[i + 1])))
            has_point |= codes[i++] == '.';
        signs->numbers++;
        signs->decimals += has_point;
        set_add(distinct, text, start, i);
        double value = value_of(text, start, i);
        if (value == -1 && PyErr_Occurred())
            return -1;
        if (value > signs->largest)
            signs->largest = value;
    }
    return 0;
}

static Py_ssize_t digits_from(const Reader *text, Py_ssize_t i)
{
    Py_ssize_t start = i;
    while (i < text->size && is_digit(text->codes[i]))
        i++;
    return i - start;
}

/* Numbers of four digits or more, or with a comma for the thousands; and digits over digits. */
static void count_shapes(const Reader *text, Signs *signs)
{
    const uint32_t *codes = text->codes;
    for (Py_ssize_t i = 0; i < text->size;) {
        if (!is_digit(codes[i])) {
            i++;
            continue;
        }
        Py_ssize_t run = digits_from(text, i);
        if (run >= 4)
            signs->thousands++;
        else if (codes[i + run] == ',' && digits_from(text, i + run + 1) >= 3) {
            signs->thousands++;
            run += 4;
        }
        i += run;
    }
    for (Py_ssize_t i = 1; signs->census['/'] && i < text->size; i++)
        if (codes[i] == '/' && is_digit(codes[i - 1]) && is_digit(codes[i + 1])) {
            signs->fractions++;
            i += 2; /* the digit after it belongs to this one */
        }
}

/* Capitalised words in the middle of a sentence. */
static void find_names(const Reader *text, Set *distinct)
{
    const uint32_t *codes = text->codes;
    for (Py_ssize_t i = 2; i < text->size; i++) {
        if (!is_capital(codes[i]) || codes[i - 1] != ' ' || !is_small(codes[i + 1]) ||
            !(is_small(codes[i - 2]) || codes[i - 2] == ','))
            continue;
        Py_ssize_t end = i + 1;
        while (is_small(codes[end]))
            end++;
        set_add(distinct, text, i, end);
        i = end - 1;
    }
}

static int is_wide_end(uint32_t code)
{
    return code == 0x3002 || code == 0xFF01 || code == 0xFF1F || code == 0xFF1B;
}

static void end_sentence(const Reader *text, Signs *signs, Py_ssize_t start, Py_ssize_t end)
{
    for (Py_ssize_t i = start; i < end; i++)
        if (!is_space(text->codes[i])) {
            signs->sentences++;
            signs->last_start = start;
            signs->last_end = end;
            return;
        }
}

static void find_sentences(const Reader *text, Signs *signs)
{
    Py_ssize_t start = 0;
    signs->last_end = text->size;
    for (Py_ssize_t i = 0; i < text->size; i++) {
        uint32_t code = text->codes[i];
        if (code - 'a' < 26 || code == ' ')
            continue;
        int is_wide = is_wide_end(code);
        if (!is_wide && code != '.' && code != '!' && code != '?' && code != ';')
            continue;
        int has_space = i + 1 < text->size && is_space(text->codes[i + 1]);
        if (!is_wide && !has_space && i + 1 < text->size)
            continue;
        end_sentence(text, signs, start, i);
        i += has_space;
        start = i + 1;
    }
    end_sentence(text, signs, start, text->size);
}

/* The text's code points with zeros around them; NULL with the error set. */
static uint32_t *open_text(PyObject *string, Reader *text)
{
    Py_ssize_t size = PyUnicode_GET_LENGTH(string);
    uint32_t *room = PyMem_New(uint32_t, BEFORE + size + BEHIND);
    if (room == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    memset(room, 0, BEFORE * sizeof *room);
    memset(room + BEFORE + size, 0, BEHIND * sizeof *room);
    if (PyUnicode_AsUCS4(string, room + BEFORE, size, 0) == NULL && size) {
        PyMem_Free(room);
        return NULL;
    }
    *text = (Reader){room + BEFORE, size};
    return room;
}

PyObject *read_signs(PyObject *Py_UNUSED(module), PyObject *string)
{
    if (!PyUnicode_Check(string))
        return PyErr_Format(PyExc_TypeError, "a text must be a str");
    Reader text;
    Signs signs = {0};
    Set numbers = {0}, names = {0};
    PyObject *result = NULL;
    uint32_t *room = open_text(string, &text);
    if (room == NULL)
        return NULL;
    count_characters(&text, &signs);
    if (set_open(&numbers, signs.digits) < 0 || set_open(&names, signs.capitals) < 0) {
        PyErr_NoMemory();
        goto end;
    }
    if (signs.digits) {
        if (count_numbers(&text, &signs, &numbers) < 0)
            goto end;
        count_shapes(&text, &signs);
    }
    if (signs.capitals)
        find_names(&text, &names);
    find_sentences(&text, &signs);
    result = Py_BuildValue("y#nnnnndnnnnnnn", (char *)signs.census, (Py_ssize_t)sizeof signs.census,
                           signs.capitals, signs.han, signs.foreign, signs.numbers, numbers.count,
                           signs.largest, signs.decimals, signs.thousands, signs.fractions,
                           names.count, signs.sentences, signs.last_start, signs.last_end);
end:
    PyMem_Free(room);
    PyMem_Free(numbers.seen);
    PyMem_Free(names.seen);
    return result;
}

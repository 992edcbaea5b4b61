/* What stands in a text besides its words: the loop of signs.py, which says what each count is. */
#include "native.h"
#include <string.h>

typedef struct {
    int kind;
    const void *data;
    Py_ssize_t size;
} Reader;

static inline uint32_t at(const Reader *text, Py_ssize_t i)
{
    return i >= 0 && i < text->size ? PyUnicode_READ(text->kind, text->data, i) : 0;
}

static inline int is_digit(uint32_t code)
{
    return code < 128 ? code >= '0' && code <= '9' : Py_UNICODE_ISDECIMAL(code);
}

static inline int is_small(uint32_t code)
{
    return code >= 'a' && code <= 'z';
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
        size *= 2;
    set->seen = PyMem_Calloc(size, sizeof *set->seen);
    set->mask = size - 1;
    set->count = 0;
    return set->seen == NULL ? -1 : 0;
}

static void set_add(Set *set, const Reader *text, Py_ssize_t start, Py_ssize_t end)
{
    uint64_t hash = 0xCBF29CE484222325ULL;
    for (Py_ssize_t i = start; i < end; i++)
        hash = (hash ^ at(text, i)) * 0x100000001B3ULL;
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
    Py_ssize_t capitals, han, foreign, numbers, decimals, thousands, fractions, sentences;
    Py_ssize_t last_start, last_end;
    double largest;
} Signs;

static void count_characters(const Reader *text, Signs *signs)
{
    for (Py_ssize_t i = 0; i < text->size; i++) {
        uint32_t code = at(text, i);
        if (code < 128) {
            signs->census[code]++;
            signs->capitals += code >= 'A' && code <= 'Z';
        } else {
            signs->foreign++;
            signs->han += code >= 0x4E00 && code <= 0x9FFF;
            signs->capitals += Py_UNICODE_ISUPPER(code);
        }
    }
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
        uint32_t code = at(text, i);
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
    for (Py_ssize_t i = 0; i < text->size;) {
        if (!is_digit(at(text, i))) {
            i++;
            continue;
        }
        Py_ssize_t start = i, has_point = 0;
        while (is_digit(at(text, i)) ||
               ((at(text, i) == '.' || at(text, i) == ',') && is_digit(at(text, i + 1))))
            has_point |= at(text, i++) == '.';
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
    Py_ssize_t count = 0;
    while (is_digit(at(text, i + count)))
        count++;
    return count;
}

/* Numbers of four digits or more, or with a comma for the thousands; and digits over digits. */
static void count_shapes(const Reader *text, Signs *signs)
{
    for (Py_ssize_t i = 0; i < text->size;) {
        Py_ssize_t run = digits_from(text, i);
        if (run >= 4) {
            signs->thousands++;
            i += run;
        } else if (run && at(text, i + run) == ',' && digits_from(text, i + run + 1) >= 3) {
            signs->thousands++;
            i += run + 4;
        } else
            i += run ? run : 1;
    }
    for (Py_ssize_t i = 1; i + 1 < text->size; i++)
        if (at(text, i) == '/' && is_digit(at(text, i - 1)) && is_digit(at(text, i + 1))) {
            signs->fractions++;
            i += 2; /* the digit after it belongs to this one */
        }
}

/* Capitalised words in the middle of a sentence. */
static void find_names(const Reader *text, Set *distinct)
{
    for (Py_ssize_t i = 2; i + 1 < text->size; i++) {
        uint32_t code = at(text, i), before = at(text, i - 2);
        if (code < 'A' || code > 'Z' || at(text, i - 1) != ' ' || !is_small(at(text, i + 1)) ||
            !(is_small(before) || before == ','))
            continue;
        Py_ssize_t end = i + 1;
        while (is_small(at(text, end)))
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
        if (!Py_UNICODE_ISSPACE(at(text, i))) {
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
        uint32_t code = at(text, i);
        int is_wide = is_wide_end(code);
        if (!is_wide && code != '.' && code != '!' && code != '?' && code != ';')
            continue;
        int has_space = i + 1 < text->size && Py_UNICODE_ISSPACE(at(text, i + 1));
        if (!is_wide && !has_space && i + 1 < text->size)
            continue;
        end_sentence(text, signs, start, i);
        i += has_space;
        start = i + 1;
    }
    end_sentence(text, signs, start, text->size);
}

PyObject *read_signs(PyObject *Py_UNUSED(module), PyObject *string)
{
    if (!PyUnicode_Check(string))
        return PyErr_Format(PyExc_TypeError, "a text must be a str");
    Reader text = {PyUnicode_KIND(string), PyUnicode_DATA(string), PyUnicode_GET_LENGTH(string)};
    Signs signs = {0};
    Set numbers = {0}, names = {0};
    PyObject *result = NULL;
    if (set_open(&numbers, text.size / 2 + 1) < 0 || set_open(&names, text.size / 3 + 1) < 0) {
        PyErr_NoMemory();
        goto end;
    }
    count_characters(&text, &signs);
    if (count_numbers(&text, &signs, &numbers) < 0)
        goto end;
    if (signs.numbers)
        count_shapes(&text, &signs);
    if (signs.capitals)
        find_names(&text, &names);
    find_sentences(&text, &signs);
    result = Py_BuildValue("y#nnnnndnnnnnnn", (char *)signs.census, (Py_ssize_t)sizeof signs.census,
                           signs.capitals, signs.han, signs.foreign, signs.numbers, numbers.count,
                           signs.largest, signs.decimals, signs.thousands, signs.fractions,
                           names.count, signs.sentences, signs.last_start, signs.last_end);
end:
    PyMem_Free(numbers.seen);
    PyMem_Free(names.seen);
    return result;
}

/* What stands in a text besides its words: the loop of signs.py, which says what each count is. */
#include "text.h"
#include <string.h>

/* Letters, blanks and most marks are counted and nothing more; these are looked at. */
enum { DIGIT = 1, CAPITAL = 2, END = 4, OTHER = 8 };
static const uint8_t KINDS[128] = {
    ['0'] = DIGIT,   ['1'] = DIGIT,   ['2'] = DIGIT,   ['3'] = DIGIT,   ['4'] = DIGIT,   ['5'] = DIGIT,
    ['6'] = DIGIT,   ['7'] = DIGIT,   ['8'] = DIGIT,   ['9'] = DIGIT,   ['A'] = CAPITAL, ['B'] = CAPITAL,
    ['C'] = CAPITAL, ['D'] = CAPITAL, ['E'] = CAPITAL, ['F'] = CAPITAL, ['G'] = CAPITAL, ['H'] = CAPITAL,
    ['I'] = CAPITAL, ['J'] = CAPITAL, ['K'] = CAPITAL, ['L'] = CAPITAL, ['M'] = CAPITAL, ['N'] = CAPITAL,
    ['O'] = CAPITAL, ['P'] = CAPITAL, ['Q'] = CAPITAL, ['R'] = CAPITAL, ['S'] = CAPITAL, ['T'] = CAPITAL,
    ['U'] = CAPITAL, ['V'] = CAPITAL, ['W'] = CAPITAL, ['X'] = CAPITAL, ['Y'] = CAPITAL, ['Z'] = CAPITAL,
    ['.'] = END,     ['!'] = END,     ['?'] = END,     [';'] = END,     ['/'] = OTHER,   ['_'] = OTHER,
    ['['] = OTHER,   ['l'] = OTHER,   ['\n'] = OTHER,
};

typedef struct {
    const Codes *text;
    Signs *signs;
    Set numbers, names;
    Py_ssize_t sentence, digits_end, fraction_end;
} Pass;

static uint64_t hash_of(const uint32_t *codes, Py_ssize_t start, Py_ssize_t end)
{
    uint64_t hash = begin_hash();
    for (Py_ssize_t i = start; i < end; i++)
        hash = add_to_hash(hash, codes[i]);
    return end_hash(hash);
}

static int begins_with(const uint32_t *codes, const char *word)
{
    for (; *word; word++, codes++)
        if (*codes != (unsigned char)*word)
            return 0;
    return 1;
}

/* What a number of many digits, or with a point, is worth; -1 with the error set. */
static double value_of_any(const uint32_t *codes, Py_ssize_t start, Py_ssize_t end)
{
    char room[64], *digits = room;
    Py_ssize_t length = 0, points = 0;
    if (end - start >= (Py_ssize_t)sizeof room && (digits = PyMem_Malloc(end - start + 1)) == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = start; i < end; i++) {
        if (codes[i] == ',')
            continue;
        points += codes[i] == '.';
        digits[length++] = codes[i] == '.' ? '.' : (char)('0' + Py_UNICODE_TODECIMAL(codes[i]));
    }
    digits[length] = 0;
    double value = points < 2 ? PyOS_string_to_double(digits, NULL, NULL) : 0;
    if (digits != room)
        PyMem_Free(digits);
    if (value == -1 && PyErr_Occurred())
        return -1;
    return value < 1e12 ? value : 1e12;
}

/* What a number is worth, without the commas; 0 with two points, 1e12 at most; -1 with the error set. */
static double value_of(const uint32_t *codes, Py_ssize_t start, Py_ssize_t end)
{
    double value = 0;
    if (end - start > 15) /* up to fifteen digits a double holds exactly */
        return value_of_any(codes, start, end);
    for (Py_ssize_t i = start; i < end; i++) {
        if (codes[i] == ',')
            continue;
        if (codes[i] - '0' >= 10)
            return value_of_any(codes, start, end);
        value = value * 10 + (codes[i] - '0');
    }
    return value < 1e12 ? value : 1e12;
}

/* Numbers of four digits or more, or with a comma for the thousands. */
static Py_ssize_t count_thousands(const uint32_t *codes, Py_ssize_t start, Py_ssize_t end)
{
    Py_ssize_t found = 0;
    for (Py_ssize_t i = start; i < end;) {
        Py_ssize_t run = i;
        while (is_digit(codes[run]))
            run++;
        if (run == i) {
            i++;
            continue;
        }
        found += run - i >= 4;
        if (run - i < 4 && codes[run] == ',' && is_digit(codes[run + 1]) && is_digit(codes[run + 2]) &&
            is_digit(codes[run + 3])) {
            found++;
            run += 4;
        }
        i = run;
    }
    return found;
}

/* One number, and where it ends; -1 with the error set. */
static int take_number(Pass *pass, Py_ssize_t start)
{
    const uint32_t *codes = pass->text->codes;
    Signs *signs = pass->signs;
    Py_ssize_t end = start, points = 0, commas = 0;
    while (is_digit(codes[end]) || ((codes[end] == '.' || codes[end] == ',') && is_digit(codes[end + 1]))) {
        points += codes[end] == '.';
        commas += codes[end++] == ',';
    }
    signs->numbers++;
    signs->decimals += points > 0;
    signs->thousands += points + commas ? count_thousands(codes, start, end) : end - start >= 4;
    double value = value_of(codes, start, end);
    if (value == -1 && PyErr_Occurred())
        return -1;
    if (value > signs->largest)
        signs->largest = value;
    pass->digits_end = end;
    if (set_add(&pass->numbers, hash_of(codes, start, end)) == 0)
        return 0;
    PyErr_NoMemory();
    return -1;
}

/* A capitalised word in the middle of a sentence; -1 with the error set. */
static int take_name(Pass *pass, Py_ssize_t i)
{
    const uint32_t *codes = pass->text->codes;
    if (codes[i - 1] != ' ' || !is_small(codes[i + 1]) || !(is_small(codes[i - 2]) || codes[i - 2] == ','))
        return 0;
    Py_ssize_t end = i + 1;
    while (is_small(codes[end]))
        end++;
    if (set_add(&pass->names, hash_of(codes, i, end)) == 0)
        return 0;
    PyErr_NoMemory();
    return -1;
}

static void end_sentence(Pass *pass, Py_ssize_t end)
{
    const uint32_t *codes = pass->text->codes;
    for (Py_ssize_t i = pass->sentence; i < end; i++)
        if (!is_space(codes[i])) {
            pass->signs->sentences++;
            pass->signs->last_start = pass->sentence;
            pass->signs->last_end = end;
            return;
        }
}

/* A mark that ends a sentence at the text's end or before a blank, which goes with it. */
static void take_end(Pass *pass, Py_ssize_t i, int is_wide)
{
    int is_last = i + 1 == pass->text->size;
    int has_space = !is_last && is_space(pass->text->codes[i + 1]);
    if (i < pass->sentence || (!is_wide && !has_space && !is_last))
        return;
    end_sentence(pass, i);
    pass->sentence = i + 1 + has_space;
}

static void take_other(Pass *pass, Py_ssize_t i)
{
    const uint32_t *codes = pass->text->codes + i;
    Signs *signs = pass->signs;
    if (codes[0] == '/' && i - 1 > pass->fraction_end && is_digit(codes[-1]) && is_digit(codes[1])) {
        signs->fractions++;
        pass->fraction_end = i + 1; /* the digit after it belongs to this one */
    } else if (codes[0] == 'l' && codes[1] == 'e') {
        if (codes[-1] == 'g' && codes[-2] == 'n' && codes[-3] == 'a') {
            signs->angles++;
            signs->triangles += codes[-4] == 'i' && codes[-5] == 'r' && codes[-6] == 't';
        } else if (codes[-1] == 'c' && codes[-2] == 'r' && codes[-3] == 'i' && codes[-4] == 'c')
            signs->circles++;
    } else if (codes[0] == '_')
        signs->has_blank |= codes[1] == '_' && codes[2] == '_';
    else if (codes[0] == '\n')
        signs->has_indent |= codes[1] == ' ';
    else if (codes[0] == '[')
        signs->drawings += begins_with(codes, "[asy]");
}

static int take_foreign(Pass *pass, Py_ssize_t i, uint32_t code)
{
    Signs *signs = pass->signs;
    signs->foreign++;
    signs->han += code >= 0x4E00 && code <= 0x9FFF;
    signs->capitals += Py_UNICODE_ISUPPER(code);
    if (code == 0x3002 || code == 0xFF01 || code == 0xFF1F || code == 0xFF1B)
        take_end(pass, i, 1);
    return i >= pass->digits_end && is_digit(code) ? take_number(pass, i) : 0;
}

static int take_kind(Pass *pass, Py_ssize_t i, int kind)
{
    switch (kind) {
    case DIGIT:
        return i >= pass->digits_end ? take_number(pass, i) : 0;
    case CAPITAL:
        pass->signs->capitals++;
        return take_name(pass, i);
    case END:
        take_end(pass, i, 0);
        return 0;
    default:
        take_other(pass, i);
        return 0;
    }
}

static int pass_over(Pass *pass)
{
    const uint32_t *codes = pass->text->codes;
    uint32_t *restrict census = pass->signs->census;
    for (Py_ssize_t i = 0, size = pass->text->size; i < size; i++) {
        uint32_t code = codes[i];
        if (code >= 128) {
            if (take_foreign(pass, i, code) < 0)
                return -1;
            continue;
        }
        census[code]++;
        if (KINDS[code] && take_kind(pass, i, KINDS[code]) < 0)
            return -1;
    }
    end_sentence(pass, pass->text->size);
    return 0;
}

int signs_read(const Codes *text, Signs *signs)
{
    Pass pass = {.text = text, .signs = signs, .fraction_end = -1};
    memset(signs, 0, sizeof *signs);
    signs->last_end = text->size;
    set_open(&pass.numbers);
    set_open(&pass.names);
    int failed = pass_over(&pass);
    signs->distinct_numbers = pass.numbers.count;
    signs->names = pass.names.count;
    set_close(&pass.numbers);
    set_close(&pass.names);
    return failed;
}

PyObject *read_signs(PyObject *Py_UNUSED(module), PyObject *string)
{
    Codes text;
    Signs signs;
    if (codes_open(string, &text) < 0)
        return NULL;
    int failed = signs_read(&text, &signs);
    codes_close(&text);
    if (failed)
        return NULL;
    return Py_BuildValue("y#nnnnndnnnnnnn", (char *)signs.census, (Py_ssize_t)sizeof signs.census,
                         signs.capitals, signs.han, signs.foreign, signs.numbers, signs.distinct_numbers,
                         signs.largest, signs.decimals, signs.thousands, signs.fractions, signs.names,
                         signs.sentences, signs.last_start, signs.last_end);
}

/* What a ranker makes of a text once that is counted: the sums of ranker.py, which says what they mean. */
#include "native.h"
#include <math.h>
#include <string.h>
#ifdef HAS_TWO
#include <immintrin.h>
#define HALVES __attribute__((target("avx2,fma,f16c")))
#define READS_HALVES IS_WIDE /* all that have those read half floats too; old compilers cannot ask */
#endif

#define MOST_TRAITS 512
#define ABREAST 32 /* waves that are added up at once, so that they stay in registers */

typedef struct {
    PyObject_HEAD
    float *mean, *spread;           /* of each trait */
    float *phases;                  /* waves */
    uint16_t *slopes;               /* traits by waves, half floats: reading them is what waves cost */
    float *plain_slopes;            /* the same as floats, where the processor cannot read half ones */
    float *wave_weights, *bias;     /* firsts by waves; firsts */
    float *linear, *linear_bias;    /* inputs by outputs; outputs */
    PyObject *trees;
    float shares[3];
    Py_ssize_t traits, waves, firsts, inputs, outputs;
    float *input;                   /* scratch: inputs */
} Levels;

static void levels_free(Levels *self)
{
    void *parts[] = {self->mean, self->spread, self->slopes, self->plain_slopes, self->phases,
                     self->wave_weights, self->bias, self->linear, self->linear_bias, self->input};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        PyMem_Free(parts[i]);
    Py_XDECREF(self->trees);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* What a half float means; none of them is infinite or no number. */
static float float_of(uint16_t half)
{
    int exponent = half >> 10 & 31;
    float part = (float)(half & 1023) / 1024;
    float value = exponent ? ldexpf(1 + part, exponent - 15) : ldexpf(part, -14);
    return half >> 15 ? -value : value;
}

/* Floats in place of the half ones, for processors that cannot read these; -1 with the error set. */
static int make_plain(Levels *self)
{
#ifdef HAS_TWO
    if (READS_HALVES)
        return 0;
#endif
    Py_ssize_t count = self->traits * self->waves;
    self->plain_slopes = PyMem_New(float, count ? count : 1);
    if (self->plain_slopes == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++)
        self->plain_slopes[i] = float_of(self->slopes[i]);
    return 0;
}

/* Take in the eight arrays; -1 with the error set where their sizes do not agree. */
static int take_arrays(Levels *self, PyObject *arrays)
{
    static const char *names[] = {"mean", "spread", "slopes", "phases", "wave_weights", "bias",
                                  "linear", "linear_bias"};
    static const Py_ssize_t items[] = {4, 4, 2, 4, 4, 4, 4, 4};
    void *taken[8] = {NULL};
    Py_ssize_t sizes[8];
    if (!PyTuple_Check(arrays) || PyTuple_GET_SIZE(arrays) != 8) {
        PyErr_SetString(PyExc_TypeError, "levels are made of eight arrays");
        return -1;
    }
    int is_whole = 1;
    for (int i = 0; is_whole && i < 8; i++)
        is_whole = (taken[i] = copy_of(PyTuple_GET_ITEM(arrays, i), items[i], names[i], &sizes[i])) != NULL;
    self->mean = taken[0];
    self->spread = taken[1];
    self->slopes = taken[2];
    self->phases = taken[3];
    self->wave_weights = taken[4];
    self->bias = taken[5];
    self->linear = taken[6];
    self->linear_bias = taken[7];
    if (!is_whole)
        return -1;
    self->traits = sizes[0];
    self->waves = sizes[3];
    self->firsts = sizes[5];
    self->outputs = sizes[7];
    self->inputs = self->outputs ? sizes[6] / self->outputs : 0;
    Py_ssize_t wanted = 0, given = 0;
    if (trees_shape(self->trees, &wanted, &given) < 0)
        return -1;
    if (sizes[1] != self->traits || sizes[2] != self->traits * self->waves ||
        sizes[4] != self->waves * self->firsts || sizes[6] != self->inputs * self->outputs ||
        self->outputs < 1 || self->firsts < self->outputs || wanted > self->inputs ||
        given != self->outputs || self->inputs < self->firsts + self->traits ||
        self->traits > MOST_TRAITS || self->waves % ABREAST != 0) {
        PyErr_SetString(PyExc_ValueError, "the arrays of the levels do not fit together");
        return -1;
    }
    self->input = PyMem_New(float, self->inputs);
    if (!self->input) {
        PyErr_NoMemory();
        return -1;
    }
    return make_plain(self);
}

static PyObject *levels_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"arrays", "trees", "shares", NULL};
    PyObject *arrays, *trees;
    float shares[3];
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO(fff)", names, &arrays, &trees, &shares[0],
                                     &shares[1], &shares[2]))
        return NULL;
    Levels *self = (Levels *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->trees = Py_NewRef(trees);
    memcpy(self->shares, shares, sizeof shares);
    if (take_arrays(self, arrays) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

/* cos(x) = 1 - 2 sin(x/2)^2, x brought to half a turn and less; right to a millionth. */
static INLINE float cosine(float x)
{
    float turns = x * 0.15915494309189535F;
    float half = (turns - (float)(int32_t)(turns + (turns < 0 ? -0.5F : 0.5F))) * 3.141592653589793F;
    float square = half * half;
    float sine = half * (1 + square * (-1.6666667e-1F + square * (8.3333333e-3F + square * (-1.9841270e-4F +
                         square * (2.7557319e-6F + square * -2.5052108e-8F)))));
    return 1 - 2 * sine * sine;
}


/* How far each trait is from its mean, in spreads, four at most. */
static INLINE void steady_of(const Levels *self, const float *restrict traits, float *restrict steady)
{
    for (Py_ssize_t i = 0; i < self->traits; i++) {
        float away = (traits[i] - self->mean[i]) / self->spread[i];
        steady[i] = away < -4 ? -4 : away > 4 ? 4 : away;
    }
}

/* What ABREAST waves weigh once their heights are known, onto level one's outputs. */
static INLINE void weigh_waves(const Levels *self, Py_ssize_t from, float *restrict heights,
                               float *restrict first)
{
    for (Py_ssize_t j = 0; j < ABREAST; j++)
        heights[j] = cosine(heights[j]);
    for (Py_ssize_t k = 0; k < self->firsts; k++) {
        const float *restrict weights = self->wave_weights + k * self->waves + from;
        float sum = 0;
        for (Py_ssize_t j = 0; j < ABREAST; j++)
            sum += heights[j] * weights[j];
        first[k] += sum;
    }
}

/* The waves of the traits, added onto level one's outputs. */
static void add_waves_plain(const Levels *self, const float *traits, float *first)
{
    float steady[MOST_TRAITS], heights[ABREAST];
    steady_of(self, traits, steady);
    for (Py_ssize_t from = 0; from < self->waves; from += ABREAST) {
        memcpy(heights, self->phases + from, sizeof heights);
        for (Py_ssize_t i = 0; i < self->traits; i++) {
            const float *restrict slopes = self->plain_slopes + i * self->waves + from;
            for (Py_ssize_t j = 0; j < ABREAST; j++)
                heights[j] += steady[i] * slopes[j];
        }
        weigh_waves(self, from, heights, first);
    }
}

#ifdef HAS_TWO
HALVES static void add_waves_wide(const Levels *self, const float *traits, float *first)
{
    float steady[MOST_TRAITS], heights[ABREAST];
    steady_of(self, traits, steady);
    for (Py_ssize_t from = 0; from < self->waves; from += ABREAST) {
        __m256 sums[ABREAST / 8];
        for (int j = 0; j < ABREAST / 8; j++)
            sums[j] = _mm256_loadu_ps(self->phases + from + 8 * j);
        for (Py_ssize_t i = 0; i < self->traits; i++) {
            const uint16_t *slopes = self->slopes + i * self->waves + from;
            __m256 factor = _mm256_set1_ps(steady[i]);
            for (int j = 0; j < ABREAST / 8; j++) {
                __m256 eight = _mm256_cvtph_ps(_mm_loadu_si128((const void *)(slopes + 8 * j)));
                sums[j] = _mm256_fmadd_ps(factor, eight, sums[j]);
            }
        }
        for (int j = 0; j < ABREAST / 8; j++)
            _mm256_storeu_ps(heights + 8 * j, sums[j]);
        weigh_waves(self, from, heights, first);
    }
}
#endif

static void add_waves(const Levels *self, const float *traits, float *first)
{
#ifdef HAS_TWO
    if (READS_HALVES) {
        add_waves_wide(self, traits, first);
        return;
    }
#endif
    add_waves_plain(self, traits, first);
}

/* Write the numbers of a list, or a buffer's (float32), into `out`; -1 with the error set where they are not
 * `count` numbers. */
static int take_numbers(PyObject *list, float *out, Py_ssize_t count, const char *name)
{
    Py_buffer view = {.len = -1};
    int is_list = PyList_Check(list);
    if (!is_list && view_of(list, &view, 4, name) < 0)
        return -1;
    int is_fine = (is_list ? PyList_GET_SIZE(list) : view.len / 4) == count;
    if (!is_fine)
        PyErr_Format(PyExc_ValueError, "%s must be %zd numbers", name, count);
    if (!is_list) {
        if (is_fine)
            memcpy(out, view.buf, view.len);
        PyBuffer_Release(&view);
    }
    if (!is_fine)
        return -1;
    if (!is_list)
        return 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        double value = PyFloat_AsDouble(PyList_GET_ITEM(list, i));
        if (value == -1 && PyErr_Occurred())
            return -1;
        out[i] = (float)value;
    }
    return 0;
}

static PyObject *levels_predict(Levels *self, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs != 3)
        return PyErr_Format(PyExc_TypeError, "predict takes sums, traits and rarities");
    Py_buffer sums;
    if (view_of(args[0], &sums, 4, "sums") < 0)
        return NULL;
    Py_ssize_t firsts = self->firsts, traits = self->traits;
    PyObject *answer = NULL;
    float *input = self->input;
    if (sums.len / 4 != firsts)
        PyErr_Format(PyExc_ValueError, "level one has %zd outputs, not %zd", firsts, sums.len / 4);
    else if (take_numbers(args[1], input + firsts, traits, "traits") == 0 &&
             take_numbers(args[2], input + firsts + traits, self->inputs - firsts - traits,
                          "rarities") == 0) {
        for (Py_ssize_t k = 0; k < firsts; k++)
            input[k] = ((const float *)sums.buf)[k] + self->bias[k];
        add_waves(self, input + firsts, input);
        answer = PyBytes_FromStringAndSize(NULL, self->outputs * sizeof(float));
    }
    PyBuffer_Release(&sums);
    if (answer == NULL)
        return NULL;
    float *out = (float *)PyBytes_AS_STRING(answer);
    memset(out, 0, self->outputs * sizeof *out);
    trees_walk(self->trees, input, out);
    for (Py_ssize_t k = 0; k < self->outputs; k++) {
        float ridge = self->linear_bias[k];
        for (Py_ssize_t i = 0; i < self->inputs; i++)
            ridge += input[i] * self->linear[i * self->outputs + k];
        out[k] = self->shares[0] * input[k] + self->shares[1] * ridge + self->shares[2] * out[k];
    }
    return answer;
}

static PyMethodDef methods[] = {
    {"predict", (PyCFunction)(void (*)(void))levels_predict, METH_FASTCALL,
     "Both levels over level one's sums (float32), traits and rarities (both float32 or lists): float32 as "
     "bytes."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject LevelsType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pointsman_native.Levels",
    .tp_doc = "Levels((mean, spread, slopes, phases, wave_weights, bias, linear, linear_bias), trees, "
              "shares): what stands above a ranker's table.",
    .tp_basicsize = sizeof(Levels),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = levels_new,
    .tp_dealloc = (destructor)levels_free,
    .tp_methods = methods,
};

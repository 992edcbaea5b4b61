/* What the parts of the compiled reader share. Tables and constants come from Python: the loops are
 * here, what they mean is in local_models/classifiers. */
#ifndef POINTSMAN_NATIVE_H
#define POINTSMAN_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

/* The hottest loops are built twice where the compiler can, and the processor's own is taken. */
#if defined(__x86_64__) && defined(__GNUC__)
#define HAS_TWO
#define WIDE __attribute__((target("avx2,fma")))
#define IS_WIDE (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
#define WIDEST __attribute__((target("avx512f,avx512vnni")))
#define IS_WIDEST (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vnni"))
#endif
#ifdef __GNUC__
#define INLINE inline __attribute__((always_inline))
#else
#define INLINE inline
#endif

extern PyTypeObject SpellingType;
extern PyTypeObject WindowsType;
extern PyTypeObject RowsType;
extern PyTypeObject WordsType;
extern PyTypeObject TreesType;
extern PyTypeObject LevelsType;
extern PyTypeObject CuesType;
extern PyTypeObject SurveyType;
extern PyTypeObject AnnouncersType;
extern PyTypeObject EncoderType;
extern PyTypeObject TransformerType;

/* What `count` inputs come to in `trees`, added onto `sums`, one for each of the trees' outputs. */
void trees_walk(PyObject *trees, const float *inputs, float *sums);

/* How many inputs and outputs the trees want; -1 with the error set where it is no Trees. */
int trees_shape(PyObject *trees, Py_ssize_t *inputs, Py_ssize_t *outputs);

PyObject *shared_keys(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
PyObject *read_signs(PyObject *module, PyObject *string);
PyObject *token_traits(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
PyObject *softmax(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
PyObject *sigmoids(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
PyObject *use_large_arenas(PyObject *module, PyObject *none);
PyObject *lower_text(PyObject *module, PyObject *string);
PyObject *read_places(PyObject *module, PyObject *string);
PyObject *read_runs(PyObject *module, PyObject *string);
PyObject *read_times(PyObject *module, PyObject *const *args, Py_ssize_t nargs);

/* A contiguous view of `object`, which must hold `item` bytes a cell; sets the error otherwise. */
int view_of(PyObject *object, Py_buffer *view, Py_ssize_t item, const char *name);

/* A copy of such an object's bytes, and how many cells it has; NULL with the error set otherwise. */
void *copy_of(PyObject *object, Py_ssize_t item, const char *name, Py_ssize_t *count);

/* A row of so many floats, taken in; NULL with the error set. */
float *take_row(PyObject *object, const char *name, Py_ssize_t width);

/* Have a row mean nothing and spread one, then times gain plus shift. */
void even_out(float *row, Py_ssize_t width, const float *gain, const float *shift, float least);

/* Zeroed memory for a table that is read all over the place, in large pages where the system has them:
 * finding out where a page lies costs more than the read itself. NULL with the error set. */
void *table_new(size_t size);
void table_free(void *table);

#endif

/* Scores as chances, the arithmetic of chances.py. */
#include "native.h"
#include <math.h>

#define MOST 80.0 /* a chance of exp(-80) is as good as none */

typedef struct {
    Py_buffer view;
    const float *scores;
    Py_ssize_t count;
    double steepness;
} Scores;

static int take_scores(PyObject *const *args, Py_ssize_t nargs, Scores *scores)
{
    if (nargs != 3) {
        PyErr_SetString(PyExc_TypeError, "scores, their steepness and their number are wanted");
        return -1;
    }
    scores->steepness = PyFloat_AsDouble(args[1]);
    scores->count = PyLong_AsSsize_t(args[2]);
    if (PyErr_Occurred() || view_of(args[0], &scores->view, 4, "scores") < 0)
        return -1;
    scores->scores = scores->view.buf;
    if (scores->count < 0 || scores->count > scores->view.len / 4) {
        PyErr_Format(PyExc_ValueError, "there are %zd scores, not %zd", scores->view.len / 4, scores->count);
        PyBuffer_Release(&scores->view);
        return -1;
    }
    return 0;
}

static PyObject *list_of(const double *values, Py_ssize_t count, double over)
{
    PyObject *list = PyList_New(count);
    for (Py_ssize_t i = 0; list && i < count; i++) {
        PyObject *value = PyFloat_FromDouble(values[i] / over);
        if (value == NULL)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, value);
    }
    return list;
}

/* Room for one number a score: on the stack where there are few. */
#define FEW 64
static double *room_for(Py_ssize_t count, double *few)
{
    return count <= FEW ? few : PyMem_New(double, count);
}

static PyObject *leave(Scores *scores, double *values, double *few, double over)
{
    PyObject *list = values ? list_of(values, scores->count, over) : PyErr_NoMemory();
    if (values != few)
        PyMem_Free(values);
    PyBuffer_Release(&scores->view);
    return list;
}

PyObject *softmax(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs)
{
    Scores given;
    double few[FEW], whole = 0;
    if (take_scores(args, nargs, &given) < 0)
        return NULL;
    double *values = room_for(given.count, few);
    float most = given.count ? given.scores[0] : 0;
    for (Py_ssize_t i = 1; i < given.count; i++)
        if (given.scores[i] > most)
            most = given.scores[i];
    for (Py_ssize_t i = 0; values && i < given.count; i++)
        whole += values[i] = exp(((double)given.scores[i] - (double)most) * given.steepness);
    return leave(&given, values, few, whole);
}

PyObject *sigmoids(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs)
{
    Scores given;
    double few[FEW];
    if (take_scores(args, nargs, &given) < 0)
        return NULL;
    double *values = room_for(given.count, few);
    for (Py_ssize_t i = 0; values && i < given.count; i++) {
        double against = -(double)given.scores[i] * given.steepness;
        values[i] = 1.0 / (1.0 + exp(against < MOST ? against : MOST));
    }
    return leave(&given, values, few, 1.0);
}

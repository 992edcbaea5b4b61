/* Rows of floats, as encoder.c and transformer.c have them. */
#include "native.h"
#include <math.h>

void even_out(float *row, Py_ssize_t width, const float *gain, const float *shift, float least)
{
    float mean = 0, spread = 0;
    for (Py_ssize_t i = 0; i < width; i++)
        mean += row[i];
    mean /= width;
    for (Py_ssize_t i = 0; i < width; i++) {
        row[i] -= mean;
        spread += row[i] * row[i];
    }
    float factor = 1 / sqrtf(spread / width + least);
    for (Py_ssize_t i = 0; i < width; i++)
        row[i] = row[i] * factor * gain[i] + shift[i];
}

float *take_row(PyObject *object, const char *name, Py_ssize_t width)
{
    Py_ssize_t count = 0;
    float *row = copy_of(object, sizeof(float), name, &count);
    if (row != NULL && count != width) {
        PyErr_Format(PyExc_ValueError, "%s has %zd floats, not %zd", name, count, width);
        PyMem_Free(row);
        return NULL;
    }
    return row;
}

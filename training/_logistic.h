/* The log loss of a logistic curve, its gradient and its Hessian, four rows at a time.
 *
 * The same with narrow and with wide registers: sums are of each fourth row, then of the four.
 */
#ifndef COPYTASTER_LOGISTIC_H
#define COPYTASTER_LOGISTIC_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define MOST_COLUMNS 3 /* and the offset */
#define FACTORS 512    /* each at most 2, so that their product is no infinity */

typedef double Four __attribute__((vector_size(32), aligned(8)));
typedef int64_t Bits __attribute__((vector_size(32), aligned(8)));

#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__)
#define WIDEST __attribute__((target_clones("avx2", "default"), noinline))
#else
#define WIDEST
#endif

#define ALWAYS static inline __attribute__((always_inline))

typedef struct {
    double loss;
    double gradient[MOST_COLUMNS + 1];
    double hessian[MOST_COLUMNS + 1][MOST_COLUMNS + 1]; /* the lower half */
} Point;

/* Put e^x, for x of -745 to 0, into *x*; below -708 it is e^-708. */
ALWAYS void
logistic_exp(Four *x)
{
    const Four least = {-708.0, -708.0, -708.0, -708.0};
    const double round = 0x1.8p52, per_ln2 = 0x1.71547652b82fep0;
    const Bits far = *x < least;
    const Four at = (Four)(((Bits)*x & ~far) | ((Bits)least & far));
    const Four shifted = at * per_ln2 + round; /* the nearest whole number, in the lowest bits */
    const Four whole = shifted - round;
    const Four rest = (at - whole * 0x1.62e42feep-1) - whole * 0x1.a39ef35793c76p-33;
    Four sum = rest * (1.0 / 6227020800.0) + 1.0 / 479001600.0; /* Taylor: 1 / 13!, 1 / 12! */
    sum = sum * rest + 1.0 / 39916800.0;
    sum = sum * rest + 1.0 / 3628800.0;
    sum = sum * rest + 1.0 / 362880.0;
    sum = sum * rest + 1.0 / 40320.0;
    sum = sum * rest + 1.0 / 5040.0;
    sum = sum * rest + 1.0 / 720.0;
    sum = sum * rest + 1.0 / 120.0;
    sum = sum * rest + 1.0 / 24.0;
    sum = sum * rest + 1.0 / 6.0;
    sum = sum * rest + 0.5;
    sum = sum * rest + 1.0;
    sum = sum * rest + 1.0;
    *x = (Four)((Bits)sum + ((Bits)shifted << 52));
}

/* Read *n* values of the four at *from*, 0 for the others. */
ALWAYS void
logistic_read(Four *into, const double *from, int64_t n)
{
    *into = (Four){0};
    memcpy(into, from, (size_t)n * sizeof(double));
}

ALWAYS double
logistic_sum(const Four *four)
{
    return ((*four)[0] + (*four)[1]) + ((*four)[2] + (*four)[3]);
}

ALWAYS void
logistic_all(const int k, Point *point, const double *columns, const double *target,
             const double *coef, int64_t n)
{
    Four x[MOST_COLUMNS + 1], loss = {0}, product = {1.0, 1.0, 1.0, 1.0};
    Four gradient[MOST_COLUMNS + 1] = {{0}}, hessian[MOST_COLUMNS + 1][MOST_COLUMNS + 1] = {{{0}}};
    const Four one = {1.0, 1.0, 1.0, 1.0};
    Four truth;
    int factors = 0;
    x[k] = one;
    for (int64_t at = 0; at < n; at += 4) {
        const int64_t left = n - at < 4 ? n - at : 4;
        if (left == 4) {
            for (int c = 0; c < k; c++)
                x[c] = *(const Four *)(columns + c * n + at);
            truth = *(const Four *)(target + at);
        } else {
            for (int c = 0; c < k; c++)
                logistic_read(&x[c], columns + c * n + at, left);
            logistic_read(&truth, target + at, left);
            logistic_read(&x[k], (const double *)&one, left);
        }
        Four z = x[k] * coef[k];
        for (int c = 0; c < k; c++)
            z += x[c] * coef[c];
        const Bits below = z < 0.0;
        Four small = (Four)((Bits)z | INT64_MIN); /* -|z| */
        logistic_exp(&small);
        small *= x[k];
        const Four whole = small + 1.0;
        const Four share = (Four)(((Bits)small & below) | ((Bits)one & ~below)) / whole;
        const Four error = (share - truth) * x[k], weight = small / (whole * whole);
        loss += (Four)((Bits)z & ~below) - truth * z;
        product *= whole; /* one logarithm for many: ln(1 + e^-|z|), summed */
        for (int c = 0; c <= k; c++) {
            gradient[c] += error * x[c];
            for (int d = 0; d <= c; d++)
                hessian[c][d] += weight * x[c] * x[d];
        }
        if (++factors == FACTORS || at + 4 >= n) {
            for (int lane = 0; lane < 4; lane++)
                loss[lane] += log(product[lane]);
            product = one;
            factors = 0;
        }
    }
    point->loss = logistic_sum(&loss);
    for (int c = 0; c <= k; c++) {
        point->gradient[c] = logistic_sum(&gradient[c]);
        for (int d = 0; d <= c; d++)
            point->hessian[c][d] = logistic_sum(&hessian[c][d]);
    }
}

/* Work out what the curve with coefficients *coef*, then the offset, loses; columns are (k, n). */
WIDEST static void
logistic_point(int k, Point *point, const double *columns, const double *target,
               const double *coef, int64_t n)
{
    if (k == 1)
        logistic_all(1, point, columns, target, coef, n);
    else if (k == 2)
        logistic_all(2, point, columns, target, coef, n);
    else
        logistic_all(3, point, columns, target, coef, n);
}

#endif

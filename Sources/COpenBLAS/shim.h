#include <cblas.h>

// LAPACK comes with the library, but its header does not. Eigenvalues and eigenvectors of a symmetric matrix.
extern void dsyevd_(const char *jobz, const char *uplo, const blasint *n, double *a, const blasint *lda, double *w,
                    double *work, const blasint *lwork, blasint *iwork, const blasint *liwork, blasint *info);

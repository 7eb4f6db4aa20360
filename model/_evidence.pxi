# What each term of one article does for a topic.

cdef class Explanation(Sights):
    """The known terms of one article with their TF-IDF, and where they stand.

    Parameters are those of :class:`Sights`.
    """

    cdef Py_ssize_t* best

    def __dealloc__(self):
        free(self.best)

    def read(self, str headline not None, str text not None):
        """Read the article; to be called once."""
        cdef str low_headline = lowered(headline), low_text = lowered(text)
        cdef Text first = reading(low_headline), second = reading(low_text)
        cdef Original in_first = original(headline), in_second = original(text)
        cdef bint enough
        cdef int field
        with nogil:
            enough = self.walk(&first, &in_first, IN_HEADLINE)
            enough = enough and self.walk(&second, &in_second, IN_TEXT)
            for field in range(ALL_FIELDS):
                self.weigh(field)
        if not enough:
            raise MemoryError

    def add_to(self, double[::1] scores not None):
        """Add what all terms do to the *scores* of all topics, shape (n_topics,), float64."""
        if scores.shape[0] > self.article.width:
            raise ValueError("more scores than topics")
        cdef Py_ssize_t at, topic, n_topics = scores.shape[0]
        cdef int field
        cdef const int8_t* row
        cdef double factor
        for at in range(self.n_terms):
            for field in range(ALL_FIELDS):
                row = self.weights(field, &self.terms[at])
                if row == NULL:
                    continue
                factor = self.terms[at].factors[field]
                for topic in range(n_topics):
                    scores[topic] += factor * row[topic]

    def strongest(
        self, Py_ssize_t topic, double slope, Py_ssize_t shown, const double[::1] mixed=None
    ):
        """Return the terms that speak most for a topic, the strongest first.

        Parameters
        ----------
        topic : int
            Its column.
        slope : float
            By how much the logit rises, a unit of score.
        shown : int
            At most so many terms.
        mixed : buffer of shape (n_topics,), float64, or None
            How much of each column makes the topic's score; ``None`` for the topic's own alone.

        Returns
        -------
        list of (str, float, tuple of (int, int), tuple of (int, int))
            Terms, what they add to the logit, and their places in text and in headline.
        """
        cdef Py_ssize_t n = 0, at, n_mixed = 0 if mixed is None else mixed.shape[0]
        if not (0 <= topic < self.article.width >= n_mixed and shown >= 0):
            raise ValueError("not a topic")
        cdef const double* shares = &mixed[0] if n_mixed else NULL
        free(self.best)
        self.best = <Py_ssize_t*> malloc((shown + 1) * sizeof(Py_ssize_t))
        if self.best == NULL:
            raise MemoryError
        with nogil:
            for at in range(self.n_terms):
                self.terms[at].total = self.total(
                    &self.terms[at], topic, slope, shares, n_mixed
                )
                if self.terms[at].total > 0.0:
                    n = self.ranked(at, n, shown)
        return [self.shown(&self.terms[self.best[at]]) for at in range(n)]

    cdef void weigh(self, int field) noexcept nogil:
        """Work out what the terms' weights in one field are to be multiplied by."""
        cdef Py_ssize_t at, n
        cdef double square = 0.0, norm
        cdef Term* term
        for at in range(self.n_terms):
            term = &self.terms[at]
            n = term.n_short if field == 1 else term.n
            if term.slots[field] != NULL:
                term.factors[field] = (1.0 + log(<double> n)) * term.slots[field].idf
                square += term.factors[field] * term.factors[field]
        norm = sqrt(square if square > 1.0 else 1.0)
        for at in range(self.n_terms):
            term = &self.terms[at]
            if term.slots[field] != NULL:
                term.factors[field] = term.factors[field] / norm * term.slots[field].scale

    cdef inline const int8_t* weights(self, int field, const Term* term) noexcept nogil:
        """Return the term's row of weights, NULL where the field does not know it."""
        if term.slots[field] == NULL:
            return NULL
        cdef Py_ssize_t row = <Py_ssize_t> (term.slots[field].key & ~TAG) - 1
        if field == 0:
            return self.article.weights + row * self.article.width
        if field == 1:
            return self.headline.weights + row * self.headline.width
        return self.pairs.weights + row * self.pairs.width

    cdef double total(
        self,
        const Term* term,
        Py_ssize_t topic,
        double slope,
        const double* shares,
        Py_ssize_t n_topics,
    ) noexcept nogil:
        """Return what a term adds to a topic's logit."""
        cdef double total = 0.0, weight
        cdef const int8_t* row
        cdef Py_ssize_t column
        cdef int field
        for field in range(ALL_FIELDS):
            row = self.weights(field, term)
            if row == NULL:
                continue
            weight = 0.0
            if shares == NULL:
                weight = row[topic]
            else:
                for column in range(n_topics):
                    weight += row[column] * shares[column]
            total += term.factors[field] * weight * slope
        return total

    cdef Py_ssize_t ranked(self, Py_ssize_t found, Py_ssize_t n, Py_ssize_t most) noexcept nogil:
        """Put a term where it belongs among the *n* best; return how many these are then."""
        cdef Py_ssize_t at = n
        while at and self.is_ahead(&self.terms[found], &self.terms[self.best[at - 1]]):
            self.best[at] = self.best[at - 1]  # there is room for one more than are shown
            at -= 1
        self.best[at] = found
        return n + 1 if n < most else n

    cdef bint is_ahead(self, const Term* one, const Term* other) noexcept nogil:
        cdef Bytes left, right
        cdef int order
        if one.total != other.total:
            return one.total > other.total
        left, right = self.spelt(one), self.spelt(other)
        # In UTF-8 the order of bytes is that of code points.
        order = memcmp(left.data, right.data, min(left.length, right.length))
        return order < 0 or (order == 0 and left.length < right.length)

    cdef Bytes spelt(self, const Term* term) noexcept nogil:
        if term.slots[0] != NULL:
            return self.article.spelt(term.slots[0])
        if term.slots[1] != NULL:
            return self.headline.spelt(term.slots[1])
        return self.pairs.spelt(term.slots[2])

    cdef tuple shown(self, const Term* term):
        cdef Bytes spelt = self.spelt(term)
        return (
            PyUnicode_DecodeUTF8(spelt.data, spelt.length, NULL),
            term.total,
            self.spans(term.first[IN_TEXT]),
            self.spans(term.first[IN_HEADLINE]),
        )

# The known terms of one article, and where they stand.

cdef enum:
    ALL_FIELDS = 3  # article, headline, pairs: in the order in which parts of a term are summed
    SIDES = 2  # text, headline
    IN_TEXT = 0
    IN_HEADLINE = 1


ctypedef const Slot* ConstSlot


cdef struct Place:
    Py_ssize_t start
    Py_ssize_t end
    Py_ssize_t next  # where the term's next place is kept, 0 where there is none


cdef struct Term:
    uint64_t hash
    ConstSlot[ALL_FIELDS] slots  # NULL where the field does not know it
    double[ALL_FIELDS] factors  # of its weights
    double total
    Py_ssize_t n  # times in headline and text
    Py_ssize_t n_short  # times in the headline
    Py_ssize_t[SIDES] first  # where its first place is kept
    Py_ssize_t[SIDES] last
    Py_ssize_t[SIDES] n_places


cdef struct Original:
    Text text
    Py_ssize_t at  # a place in it
    Py_ssize_t lowered  # the same place after str.lower()


cdef class Sights:
    """The known terms of one article, and where they stand.

    Parameters
    ----------
    article, headline : Field
    pairs : Field or None
    places : int
        At most so many places are kept of a term in text, and so many in headline.
    """

    cdef Field article, headline, pairs
    cdef bint has_pairs, begun
    cdef uint64_t before  # the hash of the word before
    cdef Py_ssize_t most_places
    cdef Term* terms
    cdef Place* places
    cdef uint32_t* table  # from hashes to terms, counted from 1
    cdef Py_ssize_t n_terms, room_for_terms, n_places, room_for_places, n_table

    def __cinit__(
        self, Field article not None, Field headline not None, Field pairs, Py_ssize_t places
    ):
        self.article, self.headline, self.has_pairs = article, headline, pairs is not None
        self.pairs = pairs if self.has_pairs else headline
        self.most_places = places
        self.n_places, self.n_table = 1, 1024  # no place is kept at 0
        self.table = <uint32_t*> calloc(self.n_table, sizeof(uint32_t))
        if self.table == NULL or not self.has_room():
            raise MemoryError

    def __dealloc__(self):
        free(self.terms)
        free(self.places)
        free(self.table)

    cdef bint walk(self, const Text* text, Original* source, int side) noexcept nogil:
        """Read the words of one text; return whether there was memory for them."""
        cdef Word word
        cdef Place place, pair
        cdef Py_ssize_t at = 0
        cdef bint first = True
        pair.start = 0
        while words_next(text.kind, text.data, text.length, at, &word):
            if not self.has_room():
                return False
            place.start = found_at(source, word.start)
            place.end = pair.end = found_at(source, word.end)
            self.put(word.hash, False, side, &place)
            if self.has_pairs and self.begun:
                self.put(words_pair(self.before, word.hash), True, side, NULL if first else &pair)
            self.before, self.begun = word.hash, True
            pair.start, first, at = place.start, False, word.end
        return True

    cdef inline void put(
        self, uint64_t hash, bint is_pair, int side, const Place* place
    ) noexcept nogil:
        """Count a term where a field knows it, and keep where it stands."""
        cdef uint64_t spot = hash & (self.n_table - 1)
        while self.table[spot] and self.terms[self.table[spot] - 1].hash != hash:
            spot = (spot + 1) & (self.n_table - 1)
        if self.table[spot] == 0 and not self.made(hash, is_pair, side, spot):
            return
        cdef Term* term = &self.terms[self.table[spot] - 1]
        term.n += 1
        term.n_short += side == IN_HEADLINE
        if place == NULL or term.n_places[side] == self.most_places:
            return
        self.places[self.n_places] = place[0]
        self.places[self.n_places].next = 0
        if term.n_places[side]:
            self.places[term.last[side]].next = self.n_places
        else:
            term.first[side] = self.n_places
        term.last[side] = self.n_places
        term.n_places[side] += 1
        self.n_places += 1

    cdef bint made(self, uint64_t hash, bint is_pair, int side, uint64_t spot) noexcept nogil:
        """Return whether any field knows the term, which then is kept at this spot."""
        cdef Term* term = &self.terms[self.n_terms]
        memset(term, 0, sizeof(Term))
        term.hash = hash
        if not is_pair:
            term.slots[0] = known_slot(self.article, hash)
            if side == IN_HEADLINE:
                term.slots[1] = known_slot(self.headline, hash)
        if self.has_pairs:
            term.slots[2] = known_slot(self.pairs, hash)
        if term.slots[0] == NULL and term.slots[1] == NULL and term.slots[2] == NULL:
            return False
        self.n_terms += 1
        self.table[spot] = <uint32_t> self.n_terms
        return True

    cdef bint has_room(self) noexcept nogil:
        """Return whether there is, or could be made, room for a word and a pair."""
        cdef void* more
        if self.n_terms + 2 > self.room_for_terms:
            more = realloc(self.terms, (2 * self.n_terms + 256) * sizeof(Term))
            if more == NULL:
                return False
            self.terms, self.room_for_terms = <Term*> more, 2 * self.n_terms + 256
        if self.n_places + 2 > self.room_for_places:
            more = realloc(self.places, (2 * self.n_places + 512) * sizeof(Place))
            if more == NULL:
                return False
            self.places, self.room_for_places = <Place*> more, 2 * self.n_places + 512
        return 2 * self.n_terms + 4 < self.n_table or self.spread()

    cdef bint spread(self) noexcept nogil:
        """Make the table from hashes to terms larger; return whether there was memory for it."""
        cdef Py_ssize_t wider = 4 * self.n_table, at
        cdef uint64_t spot
        cdef uint32_t* table = <uint32_t*> calloc(wider, sizeof(uint32_t))
        if table == NULL:
            return False
        for at in range(self.n_terms):
            spot = self.terms[at].hash & (wider - 1)
            while table[spot]:
                spot = (spot + 1) & (wider - 1)
            table[spot] = <uint32_t> (at + 1)
        free(self.table)
        self.table, self.n_table = table, wider
        return True

    cdef tuple spans(self, Py_ssize_t at):
        cdef list found = []
        while at:
            found.append((self.places[at].start, self.places[at].end))
            at = self.places[at].next
        return tuple(found)


cdef inline const Slot* known_slot(Field field, uint64_t hash) noexcept nogil:
    cdef const Slot* slot = field.find(hash)
    if slot == &field.unknown:
        return NULL
    return slot


cdef Original original(str text):
    cdef Original found
    found.text, found.at, found.lowered = reading(text), 0, 0
    return found


cdef inline Py_ssize_t found_at(Original* source, Py_ssize_t lowered) noexcept nogil:
    """Return where a place in the lower-cased text is in the original one; never goes back.

    One code point is two when lower-cased, and only it.
    """
    if source.text.kind == 1:
        return lowered
    while source.lowered < lowered:
        source.lowered += 1
        source.lowered += words_at(source.text.kind, source.text.data, source.at) == 0x130
        source.at += 1
    return source.at

/*
 * The index is an FTS5 table in an in-memory database, made anew whenever a file changes. A
 * question is an OR of its words, their synonyms and what begins like them; bm25 puts rare words
 * first.
 */
#include "catalog/knowledge.h"

#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog/lex.h"
#include "catalog/synonyms.h"
#include "common/log.h"
#include "common/text.h"

#define MAX_WORDS 40     /* of a question */
#define MAX_HITS 100     /* passages that are weighed */
#define OWN_WEIGHT 3     /* of the words of the question, next to their synonyms */
#define SAME_LANGUAGE 3  /* of a passage in the language of the question */
#define LEAST_SHARE 0.35 /* of the best passage's score; what has less answers something else */

struct knowledge {
    char *dir;            /* NULL: there is none */
    uint64_t fingerprint; /* of names, sizes and times of the files read last */
    sqlite3 *db;
    sqlite3_stmt *score, *select, *has;
    size_t count; /* passages */
    arena_t *terms_arena;
    const char **terms; /* the vocabulary: words of five letters or more */
    size_t term_count, term_room;
};

/* ---- cutting ---- */

static str_t next_line(str_t text, size_t *at)
{
    size_t begin = *at;
    while (*at < text.size && text.data[*at] != '\n')
        (*at)++;
    str_t line = {text.data + begin, *at - begin};
    if (*at < text.size)
        (*at)++;
    return line;
}

/* "## Garantía ##" gives "Garantía"; no heading gives nothing. */
static bool read_heading(str_t line, str_t *title)
{
    size_t level = 0;
    while (level < line.size && line.data[level] == '#')
        level++;
    if (level == 0 || level > 6 || (level < line.size && line.data[level] != ' '))
        return false;
    *title = text_trim((str_t){line.data + level, line.size - level});
    while (title->size > 0 && title->data[title->size - 1] == '#')
        title->size--;
    *title = utf8_front(text_trim(*title), KNOWLEDGE_MAX_TITLE);
    return true;
}

/* How much of text one passage takes: to the last blank line, line or character that fits. */
static size_t piece_of(str_t text)
{
    if (text.size <= KNOWLEDGE_MAX_TEXT)
        return text.size;
    size_t line = 0;
    for (size_t i = KNOWLEDGE_MAX_TEXT; i > KNOWLEDGE_MAX_TEXT / 2; i--) {
        if (text.data[i - 1] == '\n' && text.data[i] == '\n')
            return i;
        if (text.data[i - 1] == '\n' && line == 0)
            line = i;
    }
    return line ? line : utf8_front(text, KNOWLEDGE_MAX_TEXT).size;
}

static void cut(str_t title, str_t text, knowledge_take_t *take, void *arg)
{
    for (text = text_trim(text); text.size > 0;) {
        size_t size = piece_of(text);
        take(arg, title, text_trim((str_t){text.data, size}));
        text = text_trim((str_t){text.data + size, text.size - size});
    }
}

void knowledge_split(str_t markdown, knowledge_take_t *take, void *arg)
{
    str_t title = {"", 0};
    size_t begin = 0, at = 0;
    bool fenced = false; /* inside ``` a # is no heading */
    while (at < markdown.size) {
        size_t line_begin = at;
        str_t line = next_line(markdown, &at), heading;
        if (line.size >= 3 && memcmp(line.data, "```", 3) == 0)
            fenced = !fenced;
        if (fenced || !read_heading(line, &heading))
            continue;
        cut(title, (str_t){markdown.data + begin, line_begin - begin}, take, arg);
        title = heading;
        begin = at;
    }
    cut(title, (str_t){markdown.data + begin, markdown.size - begin}, take, arg);
}

/* ---- reading the folder ---- */

typedef struct file {
    char name[129];
} file_t;

static int by_name(const void *a, const void *b)
{
    return strcmp(((const file_t *)a)->name, ((const file_t *)b)->name);
}

static size_t list_files(const char *dir, file_t files[KNOWLEDGE_MAX_FILES])
{
    size_t count = 0;
    DIR *folder = opendir(dir);
    struct dirent *entry;
    /* safe on a stream that one thread has */
    /* cppcheck-suppress readdirCalled */
    while (folder && (entry = readdir(folder)) && count < KNOWLEDGE_MAX_FILES) {
        size_t size = strlen(entry->d_name);
        if (entry->d_name[0] != '.' && size > 3 && size <= 128 &&
            strcmp(entry->d_name + size - 3, ".md") == 0 &&
            utf8_valid((str_t){entry->d_name, size}))
            memcpy(files[count++].name, entry->d_name, size + 1);
    }
    if (folder)
        closedir(folder);
    if (count)
        qsort(files, count, sizeof *files, by_name);
    return count;
}

static uint64_t mix(uint64_t hash, const void *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ ((const unsigned char *)data)[i]) * 0x100000001b3u;
    return hash;
}

static uint64_t fingerprint_of(const char *dir, const file_t *files, size_t count)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < count; i++) {
        char path[1024];
        struct stat status;
        snprintf(path, sizeof path, "%s/%s", dir, files[i].name);
        memset(&status, 0, sizeof status);
        if (stat(path, &status) != 0)
            continue;
        hash = mix(hash, files[i].name, strlen(files[i].name));
        hash = mix(hash, &status.st_size, sizeof status.st_size);
        hash = mix(hash, &status.st_ino, sizeof status.st_ino);
        hash = mix(hash, &status.st_mtim.tv_sec, sizeof status.st_mtim.tv_sec);
        hash = mix(hash, &status.st_mtim.tv_nsec, sizeof status.st_mtim.tv_nsec);
    }
    return hash;
}

/* The file's bytes, the caller's to free; NULL and a log line when it is not fit to be read. */
static char *read_file(const char *dir, const char *name, size_t *size)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    char *text = malloc(KNOWLEDGE_MAX_FILE + 1);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    const char *why = text && file >= 0 ? NULL : "cannot be opened";
    ssize_t got = 0;
    for (*size = 0; !why && *size <= KNOWLEDGE_MAX_FILE; *size += (size_t)got)
        if ((got = read(file, text + *size, KNOWLEDGE_MAX_FILE + 1 - *size)) <= 0)
            break;
    if (!why && got < 0)
        why = "cannot be read";
    else if (!why && *size > KNOWLEDGE_MAX_FILE)
        why = "larger than 1 MiB";
    else if (!why && !utf8_valid((str_t){text, *size}))
        why = "not UTF-8";
    if (file >= 0)
        close(file);
    if (!why)
        return text;
    log_warn("knowledge_skipped", LOG_CSTR("file", name), LOG_CSTR("why", why));
    free(text);
    return NULL;
}

/* ---- the index ---- */

static void close_index(knowledge_t *self)
{
    sqlite3_finalize(self->score);
    sqlite3_finalize(self->select);
    sqlite3_finalize(self->has);
    sqlite3_close(self->db);
    self->score = self->select = self->has = NULL;
    self->db = NULL;
    self->count = self->term_count = 0;
    arena_reset(self->terms_arena);
}

/* Spanish, English or Portuguese, by the little words that only one of them has; Spanish where they
 * do not tell. */
static int language_of(str_t text, arena_t *arena)
{
    static const char *const little[] = {
        " el los las y un una del su pero cuando donde tienen hay cuanto puedo quiero hacen dan "
        "estan abren cual ustedes auto ",
        " the of and to is for on with that it you are we your what can do does my how where when "
        "which ",
        " o os do da dos das em um uma com nao voce voces tem qual quanto posso quero fica loja ao "
        "pelo onde ",
    };
    lex_word_t *words;
    size_t counts[3] = {0};
    size_t count = lex_split(text, arena, &words, 100);
    for (size_t i = 0; i < count; i++)
        for (size_t l = 0; l < 3; l++) {
            char needle[LEX_MAX_WORD + 3];
            snprintf(needle, sizeof needle, " %s ", words[i].text);
            counts[l] += strstr(little[l], needle) != NULL;
        }
    if (counts[1] > counts[0] && counts[1] > counts[2])
        return 1;
    return counts[2] > counts[0] ? 2 : 0;
}

typedef struct filler {
    knowledge_t *self;
    sqlite3_stmt *insert;
    const char *source;
} filler_t;

static void add_passage(void *arg, str_t title, str_t text)
{
    filler_t *filler = arg;
    if (filler->self->count >= KNOWLEDGE_MAX_PASSAGES)
        return;
    sqlite3_bind_text(filler->insert, 1, title.data, (int)title.size, SQLITE_STATIC);
    sqlite3_bind_text(filler->insert, 2, text.data, (int)text.size, SQLITE_STATIC);
    sqlite3_bind_text(filler->insert, 3, filler->source, -1, SQLITE_STATIC);
    sqlite3_bind_int(filler->insert, 4, language_of(text, filler->self->terms_arena));
    if (sqlite3_step(filler->insert) == SQLITE_DONE)
        filler->self->count++;
    sqlite3_reset(filler->insert);
}

static void read_terms(knowledge_t *self)
{
    sqlite3_stmt *row = NULL;
    sqlite3_prepare_v2(self->db, "SELECT term FROM terms WHERE length (term) >= 5", -1, &row, NULL);
    while (row && sqlite3_step(row) == SQLITE_ROW) {
        const char *term =
            arena_copy(self->terms_arena, str_from((const char *)sqlite3_column_text(row, 0)));
        if (!term)
            break;
        if (self->term_count == self->term_room) {
            self->term_room = self->term_room ? 2 * self->term_room : 1024;
            self->terms = realloc(self->terms, self->term_room * sizeof *self->terms);
            if (!self->terms)
                abort();
        }
        self->terms[self->term_count++] = term;
    }
    sqlite3_finalize(row);
}

static bool open_index(knowledge_t *self, sqlite3_stmt **insert)
{
    close_index(self);
    return sqlite3_open(":memory:", &self->db) == SQLITE_OK &&
           sqlite3_exec(self->db,
                        "CREATE VIRTUAL TABLE passages USING fts5 (title, text, source UNINDEXED,"
                        " language UNINDEXED,"
                        " prefix = '3 4 5', tokenize = 'unicode61 remove_diacritics 2');"
                        "CREATE VIRTUAL TABLE terms USING fts5vocab (passages, row); BEGIN;",
                        NULL, NULL, NULL) == SQLITE_OK &&
           sqlite3_prepare_v2(self->db, "INSERT INTO passages VALUES (?,?,?,?)", -1, insert,
                              NULL) == SQLITE_OK;
}

static void end_index(knowledge_t *self, sqlite3_stmt *insert, bool good)
{
    sqlite3_finalize(insert);
    good = good && sqlite3_exec(self->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK &&
           sqlite3_prepare_v2(self->db,
                              "SELECT rowid, bm25 (passages, 4.0, 1.0), language FROM passages"
                              " WHERE passages MATCH ? ORDER BY 2, rowid LIMIT ?",
                              -1, &self->score, NULL) == SQLITE_OK &&
           sqlite3_prepare_v2(self->db, "SELECT title, text, source FROM passages WHERE rowid = ?",
                              -1, &self->select, NULL) == SQLITE_OK &&
           sqlite3_prepare_v2(self->db, "SELECT 1 FROM passages WHERE passages MATCH ? LIMIT 1", -1,
                              &self->has, NULL) == SQLITE_OK;
    if (good)
        read_terms(self);
    else
        close_index(self);
}

static void build_index(knowledge_t *self, const file_t *files, size_t count)
{
    sqlite3_stmt *insert = NULL;
    bool good = open_index(self, &insert);
    for (size_t i = 0; good && i < count; i++) {
        size_t size;
        char *text = read_file(self->dir, files[i].name, &size);
        if (text)
            knowledge_split((str_t){text, size}, add_passage,
                            &(filler_t){self, insert, files[i].name});
        free(text);
    }
    end_index(self, insert, good);
}

static knowledge_t *make(void)
{
    knowledge_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->terms_arena = arena_new(64 << 20);
    return self;
}

knowledge_t *knowledge_new(const char *dir)
{
    knowledge_t *self = make();
    if (!(self->dir = strdup(dir)))
        abort();
    return self;
}

knowledge_t *knowledge_of(str_t text)
{
    knowledge_t *self = make();
    sqlite3_stmt *insert = NULL;
    bool good = open_index(self, &insert);
    if (good)
        knowledge_split(text, add_passage, &(filler_t){self, insert, "console"});
    end_index(self, insert, good);
    return self;
}

void knowledge_text(const knowledge_t *self, buf_t *out)
{
    file_t *files = calloc(KNOWLEDGE_MAX_FILES, sizeof *files);
    if (!files)
        abort();
    size_t count = list_files(self->dir, files);
    for (size_t i = 0; i < count; i++) {
        str_t file = {0};
        char *text = read_file(self->dir, files[i].name, &file.size);
        file.data = text;
        file = text_trim(file);
        if (file.size) {
            buf_str(out, out->size ? "\n\n" : "");
            buf_add(out, file.data, file.size);
        }
        free(text);
    }
    if (out->size)
        buf_char(out, '\n');
    free(files);
}

void knowledge_destroy(knowledge_t **self_p)
{
    if (!*self_p)
        return;
    close_index(*self_p);
    arena_destroy(&(*self_p)->terms_arena);
    free((*self_p)->terms);
    free((*self_p)->dir);
    free(*self_p);
    *self_p = NULL;
}

bool knowledge_refresh(knowledge_t *self)
{
    file_t *files = calloc(KNOWLEDGE_MAX_FILES, sizeof *files);
    if (!files)
        abort();
    size_t count = list_files(self->dir, files);
    uint64_t fingerprint = fingerprint_of(self->dir, files, count);
    bool changed = fingerprint != self->fingerprint;
    if (changed) {
        build_index(self, files, count);
        self->fingerprint = fingerprint;
    }
    free(files);
    return changed;
}

size_t knowledge_count(const knowledge_t *self)
{
    return self->count;
}

/* ---- questions ---- */

/* Longer words match by their beginning, short ones as they are. */
static void add_term(buf_t *match, str_t word)
{
    str_t stem = lex_stem(word);
    if (memchr(stem.data, '"', stem.size))
        return;
    buf_printf(match, "%s\"%.*s\"%s", match->size ? " OR " : "", STR_ARG(stem),
               word.size >= 4 ? " *" : "");
}

static bool is_there(knowledge_t *self, str_t word)
{
    buf_t match;
    buf_init(&match, 256);
    add_term(&match, word);
    bool there = false;
    if (match.size && buf_ok(&match)) {
        sqlite3_bind_text(self->has, 1, match.data, (int)match.size, SQLITE_STATIC);
        there = sqlite3_step(self->has) == SQLITE_ROW;
        sqlite3_reset(self->has);
    }
    buf_free(&match);
    return there;
}

static const char *nearest_term(const knowledge_t *self, str_t word)
{
    size_t limit = word.size < 5 ? 0 : word.size < 8 ? 1 : 2;
    const char *nearest = NULL;
    for (size_t i = 0; limit > 0 && i < self->term_count; i++) {
        size_t distance = lex_distance(word, str_from(self->terms[i]), limit);
        if (distance <= limit) {
            nearest = self->terms[i];
            limit = distance - (distance > 0);
        }
    }
    return nearest;
}

/* Puts a word of the question into own, and what means the same into others. */
static void add_word(knowledge_t *self, buf_t *own, buf_t *others, str_t word)
{
    str_t synonyms[SYNONYMS_MAX];
    size_t count = synonyms_of(word, synonyms);
    if (count == 0 && lex_is_filler(word))
        return;
    add_term(own, word);
    const char *nearest = count == 0 && !is_there(self, word) ? nearest_term(self, word) : NULL;
    if (nearest) { /* "garantya" is "garantia", with all that means the same */
        add_term(own, str_from(nearest));
        count = synonyms_of(str_from(nearest), synonyms);
    }
    for (size_t i = 0; i < count; i++)
        add_term(others, synonyms[i]);
}

typedef struct hit {
    sqlite3_int64 rowid;
    double score; /* the higher the better */
} hit_t;

/* Adds the score of every passage that matches, times weight; those in the language of the question
 * come before translations of them. */
static void add_scores(knowledge_t *self, const buf_t *match, double weight, int language,
                       hit_t hits[MAX_HITS], size_t *count)
{
    if (match->size == 0 || !buf_ok(match))
        return;
    sqlite3_bind_text(self->score, 1, match->data, (int)match->size, SQLITE_STATIC);
    sqlite3_bind_int(self->score, 2, MAX_HITS / 2);
    while (sqlite3_step(self->score) == SQLITE_ROW) {
        sqlite3_int64 rowid = sqlite3_column_int64(self->score, 0);
        size_t i = 0;
        while (i < *count && hits[i].rowid != rowid)
            i++;
        if (i == *count && i < MAX_HITS)
            hits[(*count)++] = (hit_t){rowid, 0};
        if (i < *count) /* bm25 () is the lower the better */
            hits[i].score -= weight * sqlite3_column_double(self->score, 1) *
                             (sqlite3_column_int(self->score, 2) == language ? SAME_LANGUAGE : 1);
    }
    sqlite3_reset(self->score);
}

static int by_score(const void *a, const void *b)
{
    const hit_t *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->rowid > y->rowid) - (x->rowid < y->rowid);
}

static str_t copy_column(sqlite3_stmt *row, int column, arena_t *arena)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    str_t view = {text ? text : "", (size_t)sqlite3_column_bytes(row, column)};
    const char *copy = arena_copy(arena, view);
    return copy ? (str_t){copy, view.size} : (str_t){"", 0};
}

static void add_found(knowledge_t *self, sqlite3_int64 rowid, arena_t *arena,
                      proto_passages_t *passages)
{
    sqlite3_bind_int64(self->select, 1, rowid);
    if (sqlite3_step(self->select) == SQLITE_ROW)
        passages->passages[passages->passages_count++] = (proto_passage_t){
            copy_column(self->select, 2, arena), copy_column(self->select, 0, arena),
            copy_column(self->select, 1, arena)};
    sqlite3_reset(self->select);
}

void knowledge_find(knowledge_t *self, str_t question, size_t max, arena_t *arena,
                    proto_passages_t *passages)
{
    memset(passages, 0, sizeof *passages);
    passages->passages = arena_alloc(arena, KNOWLEDGE_MAX_FOUND * sizeof *passages->passages);
    if (!self->select || !passages->passages)
        return;
    lex_word_t *words;
    hit_t hits[MAX_HITS];
    size_t count = lex_split(question, arena, &words, MAX_WORDS), found = 0;
    buf_t own, others;
    buf_init(&own, 1 << 14);
    buf_init(&others, 1 << 16);
    for (size_t i = 0; i < count; i++)
        add_word(self, &own, &others, (str_t){words[i].text, words[i].size});
    int language = language_of(question, arena);
    add_scores(self, &own, OWN_WEIGHT, language, hits, &found);
    add_scores(self, &others, 1, language, hits, &found);
    buf_free(&own);
    buf_free(&others);
    if (found)
        qsort(hits, found, sizeof *hits, by_score);
    max = max < KNOWLEDGE_MAX_FOUND ? max : KNOWLEDGE_MAX_FOUND;
    for (size_t i = 0; i < found && i < max && hits[i].score >= hits[0].score * LEAST_SHARE; i++)
        add_found(self, hits[i].rowid, arena, passages);
}

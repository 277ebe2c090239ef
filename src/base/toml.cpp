/* SPDX-License-Identifier: Apache-2.0 */
/* The only C++ in the tree: toml++ behind toml.h. No exception leaves this file. */
#include "toml.h"

#include <cstdarg>
#include <cstdio>
#include <new>
#include <string>

/* toml++ asserts about its input, too (3.3.0, parse_key: a control character where a key should begin). Such
 * a file is refused like any other wrong one, and never ends the program or, without assertions, is assumed
 * away. */
namespace
{
struct asserted {
};
} // namespace
#undef NDEBUG
#define TOML_ASSERT(expression)                                                                              \
    do {                                                                                                     \
        if (!(expression))                                                                                   \
            throw asserted{};                                                                                \
    } while (false)
#include <toml++/toml.h>

extern "C" {
#include "nearest.h"
}

struct toml_document {
    std::string name;
    toml::table root;
};

namespace
{
/* A node of the C interface is a node of toml++: the struct is never defined, only pointed to. */
const toml::node *inside(const toml_node *node)
{
    return reinterpret_cast<const toml::node *>(node);
}

const toml_node *outside(const toml::node *node)
{
    return reinterpret_cast<const toml_node *>(node);
}

toml_position position_of(const toml::source_position &position)
{
    return {static_cast<uint32_t>(position.line), static_cast<uint32_t>(position.column)};
}

int fail_at(const toml_document *document, toml_position at, casemate_error *err, const char *sentence)
{
    return casemate_fail(err, E_CONFIG, "%s:%u:%u: %s", document->name.c_str(), at.line, at.column, sentence);
}

const char *type_name(toml_type type)
{
    static const char *const names[] = {"a value of another type", "a string", "an integer",
                                        "true or false",           "an array", "a table"};
    return names[type];
}
} // namespace

int toml_parse(const char *text, size_t size, const char *name, toml_document **document, casemate_error *err)
{
    *document = nullptr;
    if (size > TOML_SIZE_MAX)
        return casemate_fail(err, E_LIMIT, "%s has %zu bytes; a configuration file has at most %d", name,
                             size, TOML_SIZE_MAX);
    try {
        *document = new toml_document{name, toml::parse(std::string_view(text, size))};
        return 0;
    } catch (const toml::parse_error &e) {
        toml_position at = position_of(e.source().begin);
        return casemate_fail(err, E_CONFIG, "%s:%u:%u: %.*s", name, at.line, at.column,
                             static_cast<int>(e.description().size()), e.description().data());
    } catch (const asserted &) {
        return casemate_fail(err, E_CONFIG, "%s: a character stands where TOML allows no such", name);
    } catch (const std::exception &) {
        return casemate_fail(err, E_NOMEM, "No memory to read %s", name);
    }
}

void toml_free(toml_document *document)
{
    delete document;
}

const toml_node *toml_root(const toml_document *document)
{
    return outside(&document->root);
}

toml_type toml_type_of(const toml_node *node)
{
    switch (inside(node)->type()) {
    case toml::node_type::string:
        return TOML_STRING;
    case toml::node_type::integer:
        return TOML_INTEGER;
    case toml::node_type::boolean:
        return TOML_BOOLEAN;
    case toml::node_type::array:
        return TOML_ARRAY;
    case toml::node_type::table:
        return TOML_TABLE;
    default:
        return TOML_OTHER;
    }
}

toml_position toml_position_of(const toml_node *node)
{
    return position_of(inside(node)->source().begin);
}

size_t toml_count(const toml_node *node)
{
    if (const toml::array *array = inside(node)->as_array())
        return array->size();
    if (const toml::table *table = inside(node)->as_table())
        return table->size();
    return 0;
}

const toml_node *toml_item(const toml_node *array, size_t index)
{
    return outside(inside(array)->as_array()->get(index));
}

const char *toml_key(const toml_node *table, size_t index, struct toml_position *position)
{
    auto entry = inside(table)->as_table()->cbegin();
    for (; index > 0; index--)
        ++entry;
    *position = position_of(entry->first.source().begin);
    return entry->first.str().data(); /* toml++ keeps keys in std::string: a NUL follows */
}

const toml_node *toml_get(const toml_node *table, const char *key)
{
    return outside(inside(table)->as_table()->get(std::string_view(key)));
}

int toml_expect(const toml_document *document, const toml_node *node, const char *what, enum toml_type type,
                casemate_error *err)
{
    enum toml_type found = toml_type_of(node);
    if (found == type)
        return 0;
    toml_fail(document, node, err, "%s must be %s", what, type_name(type));
    if (err) {
        std::snprintf(err->expected, sizeof err->expected, "%s", type_name(type));
        std::snprintf(err->found, sizeof err->found, "%s", type_name(found));
    }
    return -1;
}

int toml_string(const toml_document *document, const toml_node *node, const char *what, const char **text,
                size_t *size, casemate_error *err)
{
    if (toml_expect(document, node, what, TOML_STRING, err))
        return -1;
    const std::string &value = inside(node)->as_string()->get();
    if (value.find('\0') != std::string::npos)
        return toml_fail(document, node, err, "%s holds a NUL character", what);
    *text = value.c_str();
    *size = value.size();
    return 0;
}

int toml_integer(const toml_document *document, const toml_node *node, const char *what, int64_t least,
                 int64_t most, int64_t *value, casemate_error *err)
{
    if (toml_expect(document, node, what, TOML_INTEGER, err))
        return -1;
    *value = inside(node)->as_integer()->get();
    if (*value >= least && *value <= most)
        return 0;
    return toml_fail(document, node, err, "%s must lie between %lld and %lld, not be %lld", what,
                     static_cast<long long>(least), static_cast<long long>(most),
                     static_cast<long long>(*value));
}

int toml_boolean(const toml_document *document, const toml_node *node, const char *what, bool *value,
                 casemate_error *err)
{
    if (toml_expect(document, node, what, TOML_BOOLEAN, err))
        return -1;
    *value = inside(node)->as_boolean()->get();
    return 0;
}

int toml_known_keys(const toml_document *document, const toml_node *table, const char *const *known,
                    casemate_error *err)
{
    for (auto &&[key, value] : *inside(table)->as_table()) {
        bool found = false;
        nearest near = {key.str().data(), nullptr, 0};
        for (const char *const *name = known; *name; name++) {
            found = found || key.str() == *name;
            nearest_try(&near, *name);
        }
        if (found)
            continue;
        char sentence[256];
        std::snprintf(sentence, sizeof sentence,
                      near.best ? "unknown key `%s`; did you mean `%s`?" : "unknown key `%s`",
                      key.str().data(), near.best);
        return fail_at(document, position_of(key.source().begin), err, sentence);
    }
    return 0;
}

int toml_fail(const toml_document *document, const toml_node *node, casemate_error *err, const char *format,
              ...)
{
    char sentence[384];
    va_list args;
    va_start(args, format);
    std::vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    return fail_at(document, toml_position_of(node), err, sentence);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments and environment. */
#include "strings.h"

#include <stdlib.h>

static int args_make(const struct workload *w, struct strings *s)
{
    struct list_cursor list;
    struct span arg;
    int error = list_open(w->deploy.args, &list);
    if (error)
        return error;
    s->args = calloc(list.left + 1, sizeof *s->args);
    if (!s->args)
        return KEEP_ENOMEM;
    while (list_next_bytes(&list, &arg))
        s->args[s->arg_count++] = arg;
    return 0;
}

/* Whether the secrets have a variable of this name. */
static bool is_secret(const struct workload *w, struct span name)
{
    struct list_cursor list;
    struct span other, value;
    if (list_open(w->secret_env, &list) != 0)
        return false;
    while (list_next_pair(&list, &other, &value))
        if (span_equal(name, other))
            return true;
    return false;
}

/* Number of variables and bytes that a list of them takes. */
static int env_measure(struct span encoded, size_t *count, size_t *size)
{
    struct list_cursor list;
    struct span name, value;
    int error = list_open(encoded, &list);
    while (!error && list_next_pair(&list, &name, &value)) {
        error = size_add(*size, name.size + value.size + 1, size);
        ++*count;
    }
    return error;
}

static void env_add(struct strings *s, struct span name, struct span value)
{
    uint8_t *at = s->memory + s->memory_size;
    if (name.size > 0)
        memcpy(at, name.data, name.size);
    at[name.size] = '=';
    if (value.size > 0)
        memcpy(at + name.size + 1, value.data, value.size);
    s->env[s->env_count++] = span_of(at, name.size + 1 + value.size);
    s->memory_size += name.size + 1 + value.size;
}

static int env_make(const struct workload *w, struct strings *s)
{
    size_t count = 0, size = 0;
    struct list_cursor list;
    struct span name, value;
    int error = env_measure(w->deploy.env, &count, &size);
    if (!error)
        error = env_measure(w->secret_env, &count, &size);
    if (error)
        return error;
    s->env = calloc(count + 1, sizeof *s->env);
    s->memory = malloc(size + 1);
    if (!s->env || !s->memory)
        return KEEP_ENOMEM;
    error = list_open(w->deploy.env, &list);
    while (!error && list_next_pair(&list, &name, &value))
        if (!is_secret(w, name))
            env_add(s, name, value);
    if (!error)
        error = list_open(w->secret_env, &list);
    while (!error && list_next_pair(&list, &name, &value))
        env_add(s, name, value);
    return error;
}

int strings_make(const struct workload *w, struct strings *s)
{
    *s = (struct strings){.args = NULL};
    int error = args_make(w, s);
    if (!error)
        error = env_make(w, s);
    if (error)
        strings_free(s);
    return error;
}

void strings_free(struct strings *s)
{
    if (s->memory)
        bytes_wipe(s->memory, s->memory_size);
    free(s->memory);
    free(s->args);
    free(s->env);
    *s = (struct strings){.args = NULL};
}

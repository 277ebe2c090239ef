/* SPDX-License-Identifier: Apache-2.0 */
/* casemate completions: for bash, zsh and fish, from the tables of verbs and options. */
#include <string.h>

#include "cli.h"

static void print_verbs(const char *separator)
{
    const char *before = "";
    for (size_t i = 0; i < verb_count; i++) {
        if (verbs[i].hidden)
            continue;
        printf("%s%s", before, verbs[i].name);
        before = separator;
    }
}

static void bash(void)
{
    printf("_casemate() {\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} words=\n"
           "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        words='");
    print_verbs(" ");
    printf("'\n    else\n        case $verb in\n");
    for (size_t i = 0; i < verb_count; i++) {
        if (verbs[i].hidden)
            continue;
        printf("        %s) words='", verbs[i].name);
        for (size_t k = 0; k < option_count; k++)
            if (option_rows[k].verbs & verbs[i].bit)
                printf("--%s ", option_rows[k].name);
        printf("' ;;\n");
    }
    printf("        esac\n    fi\n"
           "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
           "    [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- \"$word\"))\n}\n"
           "complete -o filenames -F _casemate casemate\n");
}

static void zsh(void)
{
    printf("autoload -U +X bashcompinit && bashcompinit\n");
    bash();
}

/* In single quotes nothing is expanded; a quote and a backslash are escaped. */
static void fish_quote(const char *text)
{
    putchar('\'');
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
    printf("'\n");
}

static void fish(void)
{
    printf("complete -c casemate -n __fish_use_subcommand -f -a '");
    print_verbs(" ");
    printf("'\n");
    for (size_t i = 0; i < verb_count; i++) {
        if (verbs[i].hidden)
            continue;
        for (size_t k = 0; k < option_count; k++) {
            const struct option_row *row = &option_rows[k];
            if (!(row->verbs & verbs[i].bit))
                continue;
            printf("complete -c casemate -n '__fish_seen_subcommand_from %s' -l %s", verbs[i].name,
                   row->name);
            if (row->letter)
                printf(" -s %c", row->letter);
            printf("%s -d ", row->kind == OPTION_FLAG ? "" : " -r");
            fish_quote(row->help);
        }
    }
}

int verb_completions(struct cli *cli)
{
    if (cli_want_arguments(cli, 1, 1) < 0)
        return -1;
    if (strcmp(cli->argv[0], "bash") == 0)
        bash();
    else if (strcmp(cli->argv[0], "zsh") == 0)
        zsh();
    else if (strcmp(cli->argv[0], "fish") == 0)
        fish();
    else
        return cli_usage(cli, "\"%s\" is no shell that is known here", cli->argv[0]);
    return 0;
}

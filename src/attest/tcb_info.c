/* SPDX-License-Identifier: Apache-2.0 */
/* Reading TCB Info and selecting a level of it. */
#include "tcb_info.h"

#include <stdio.h>
#include <string.h>

#include "../base/hex.h"

static void read_components(struct intel_json *j, const json_t *tcb, const char *key, uint32_t svn[16])
{
    const json_t *list = intel_json_array(j, tcb, key, PCK_COMPONENTS);
    if (json_array_size(list) != PCK_COMPONENTS)
        intel_json_fail(j, "not 16 components in", key);
    for (size_t i = 0; i < json_array_size(list); i++)
        svn[i] = intel_json_number(j, json_array_get(list, i), "svn", UINT16_MAX);
}

static void read_levels(struct intel_json *j, struct tcb_info *info)
{
    const json_t *list = intel_json_array(j, info->tree, "tcbLevels", INTEL_LEVELS_MAX);
    info->level_count = json_array_size(list);
    for (size_t i = 0; i < info->level_count; i++) {
        const json_t *one = json_array_get(list, i), *tcb = intel_json_object(j, one, "tcb");
        read_components(j, tcb, "sgxtcbcomponents", info->level[i].sgx);
        if (info->tdx)
            read_components(j, tcb, "tdxtcbcomponents", info->level[i].tdx);
        info->level[i].pcesvn = intel_json_number(j, tcb, "pcesvn", UINT16_MAX);
        intel_level_read(j, one, &info->level[i]);
    }
}

static void read_identity(struct intel_json *j, const json_t *object, struct tcb_module *module)
{
    uint8_t bytes[8];
    intel_json_hex(j, object, "mrsigner", module->mrsigner, sizeof module->mrsigner);
    intel_json_hex(j, object, "attributes", bytes, sizeof bytes);
    module->attributes = load_le64(bytes);
    intel_json_hex(j, object, "attributesMask", bytes, sizeof bytes);
    module->attributes_mask = load_le64(bytes);
}

/* "TDX_03" */
static void read_version(struct intel_json *j, const json_t *object, struct tcb_module *module)
{
    const char *id = intel_json_text(j, object, "id");
    if (strlen(id) != 6 || memcmp(id, "TDX_", 4) != 0 || !hex_decode(id + 4, 2, &module->version, 1))
        intel_json_fail(j, "no module's version in", "id");
}

static void read_modules(struct intel_json *j, struct tcb_info *info)
{
    read_identity(j, intel_json_object(j, info->tree, "tdxModule"), &info->module);
    if (!json_object_get(info->tree, "tdxModuleIdentities")) /* modules before 1.5 have no version */
        return;
    const json_t *list = intel_json_array(j, info->tree, "tdxModuleIdentities", TCB_MODULES_MAX);
    info->module_count = json_array_size(list);
    for (size_t i = 0; i < info->module_count; i++) {
        const json_t *one = json_array_get(list, i);
        struct tcb_module *module = &info->modules[i];
        read_version(j, one, module);
        read_identity(j, one, module);
        module->level_count = intel_levels_read(j, one, module->level, TCB_MODULE_LEVELS_MAX);
    }
}

static void read_head(struct intel_json *j, struct tcb_info *info)
{
    if (intel_json_number(j, info->tree, "version", UINT16_MAX) != 3)
        intel_json_fail(j, "not 3:", "version");
    if (intel_json_number(j, info->tree, "tcbType", UINT16_MAX) != 0)
        intel_json_fail(j, "not 0:", "tcbType");
    const char *id = intel_json_text(j, info->tree, "id");
    info->tdx = strcmp(id, "TDX") == 0;
    if (!info->tdx && strcmp(id, "SGX") != 0)
        intel_json_fail(j, "neither SGX nor TDX:", "id");
    intel_json_hex(j, info->tree, "fmspc", info->fmspc, sizeof info->fmspc);
    intel_json_hex(j, info->tree, "pceId", info->pceid, sizeof info->pceid);
    info->issued = intel_json_date(j, info->tree, "issueDate");
    info->next = intel_json_date(j, info->tree, "nextUpdate");
    info->evaluation = intel_json_number(j, info->tree, "tcbEvaluationDataNumber", INT32_MAX);
}

void tcb_info_read(struct span body, struct tcb_info *info)
{
    struct intel_json j = {""};
    *info = (struct tcb_info){0};
    info->tree = intel_json_load(&j, body.data, body.size);
    if (info->tree) {
        read_head(&j, info);
        read_levels(&j, info);
        if (info->tdx)
            read_modules(&j, info);
    }
    (void)snprintf(info->problem, sizeof info->problem, "%s", j.problem);
}

void tcb_info_free(struct tcb_info *info)
{
    json_decref(info->tree);
    info->tree = NULL;
}

static bool reaches_platform(const struct pck *pck, const struct intel_level *level)
{
    for (size_t i = 0; i < PCK_COMPONENTS; i++)
        if (pck->component[i] < level->sgx[i])
            return false;
    return pck->pcesvn >= level->pcesvn;
}

/* With a module that has a version, the first two are no SVNs of the platform's list: the module's own list
 * judges them (PCS API v4, TDX TCB Info, step 3c). */
static bool reaches_td(const uint8_t tee_tcb_svn[16], const struct intel_level *level)
{
    for (size_t i = tee_tcb_svn[1] ? 2 : 0; i < 16; i++)
        if (tee_tcb_svn[i] < level->tdx[i])
            return false;
    return true;
}

const struct intel_level *tcb_info_level(const struct tcb_info *info, const struct pck *pck,
                                         const uint8_t *tee_tcb_svn)
{
    for (size_t i = 0; i < info->level_count; i++)
        if (reaches_platform(pck, &info->level[i]) &&
            (!tee_tcb_svn || reaches_td(tee_tcb_svn, &info->level[i])))
            return &info->level[i];
    return NULL;
}

const struct tcb_module *tcb_info_module(const struct tcb_info *info, uint8_t version)
{
    if (version == 0)
        return &info->module;
    for (size_t i = 0; i < info->module_count; i++)
        if (info->modules[i].version == version)
            return &info->modules[i];
    return NULL;
}

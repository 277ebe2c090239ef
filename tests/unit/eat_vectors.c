/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors. */
#include "eat_vectors.h"

#define BEND(name) static void name(struct eat_case *c)

BEND(nothing)
{
    (void)c;
}
BEND(silicon)
{
    c->enforced = "silicon";
}
BEND(raw)
{
    c->no_statement = true;
}
BEND(claim_missing)
{
    c->missing_claim = true;
}
BEND(claim_of_another_profile)
{
    c->foreign_claim = true;
}
BEND(unprotected_header)
{
    c->unprotected = true;
}
BEND(signature_flipped)
{
    c->bad_signature = true;
}
BEND(middle_flipped)
{
    c->certificate[1].bad_signature = true;
}
BEND(middle_no_authority)
{
    c->certificate[1].authority = false;
}
BEND(leaf_of_a_stranger)
{
    c->certificate[0].signer = &c->keys->stranger;
}
BEND(leaf_expired)
{
    c->certificate[0].to = c->time - 1;
}
BEND(middle_not_yet)
{
    c->certificate[1].from = c->time + 1;
}
BEND(root_unknown)
{
    c->unknown_root = true;
}
BEND(another_report_data)
{
    c->other_report_data = true;
}
BEND(another_boot)
{
    c->other_boot = true;
}
BEND(statement_of_process)
{
    memcpy(c->statement.tee, "process", sizeof "process");
}
BEND(mode_of_process)
{
    memcpy(c->statement.mode, "process", sizeof "process");
}
BEND(enforced_by_process)
{
    c->enforced = "process";
}
BEND(leaf_of_another_image)
{
    c->tcb[0].image[47] ^= 1;
}
BEND(leaf_says_nothing)
{
    c->tcb[0].absent = true;
}
BEND(leaf_says_it_twice)
{
    c->tcb[0].twice = true;
}
BEND(leaf_says_more)
{
    c->tcb[0].more = true;
}
BEND(leaf_names_no_image)
{
    c->tcb[0].has_image = false;
}
BEND(another_monitor_certified)
{
    c->tcb[1].image[0] ^= 0x80;
}
BEND(another_version_certified)
{
    c->tcb[1].svn++;
}
BEND(no_version_certified)
{
    c->tcb[1].has_svn = false;
}
BEND(negative_version)
{
    c->tcb[1].svn = c->monitor_svn = 0x83;
}
BEND(monitor_says_nothing)
{
    c->tcb[1].absent = true;
}
BEND(another_device)
{
    c->device[31] ^= 1;
}
BEND(another_blob)
{
    c->blob[0] ^= 1;
}
BEND(no_blob_certified)
{
    c->tcb[0].has_blob = false;
}
BEND(monitor_unknown)
{
    c->other_monitor = true;
}
BEND(measurement_unknown)
{
    c->other_measurement = true;
}
BEND(debug_on)
{
    c->debug = 0;
}
BEND(hardware_wanted)
{
    c->hardware = true;
}
BEND(another_tee)
{
    c->policy = "tees = [\"sgx\"]\n";
}
BEND(another_platform)
{
    c->policy = "platforms = [\"00\"]\n";
}
BEND(asked_for_another)
{
    c->wanted_tee = "sgx";
}

const struct eat_vector eat_vectors[] = {
    {"a genuine one of Sanctum", CHECK_COUNT, EAT_SANCTUM, nothing},
    {"a genuine one of PEF", CHECK_COUNT, EAT_PEF, nothing},
    {"enforced by silicon", CHECK_COUNT, EAT_SANCTUM, silicon},
    {"without a statement", CHECK_COUNT, EAT_SANCTUM, raw},
    {"of PEF without a statement", CHECK_COUNT, EAT_PEF, raw},
    {"something in the unprotected header", CHECK_FORMAT, EAT_SANCTUM, unprotected_header},
    {"the signature has another bit", CHECK_SIGNATURE, EAT_SANCTUM, signature_flipped},
    {"the signature of PEF has another bit", CHECK_SIGNATURE, EAT_PEF, signature_flipped},
    {"the monitor's certificate has another bit", CHECK_CHAIN, EAT_SANCTUM, middle_flipped},
    {"the monitor is no authority", CHECK_CHAIN, EAT_SANCTUM, middle_no_authority},
    {"the leaf is signed by a stranger", CHECK_CHAIN, EAT_PEF, leaf_of_a_stranger},
    {"the leaf has expired", CHECK_VALIDITY, EAT_PEF, leaf_expired},
    {"the monitor's certificate is not valid yet", CHECK_VALIDITY, EAT_SANCTUM, middle_not_yet},
    {"report data of something else", CHECK_BINDING, EAT_SANCTUM, another_report_data},
    {"report data of something else, PEF", CHECK_BINDING, EAT_PEF, another_report_data},
    {"another boot record", CHECK_BOOT, EAT_SANCTUM, another_boot},
    {"the statement is of a process", CHECK_TEE_MATCH, EAT_SANCTUM, statement_of_process},
    {"the mode is a process's", CHECK_TEE_MATCH, EAT_PEF, mode_of_process},
    {"a process enforces it", CHECK_TEE_MATCH, EAT_SANCTUM, enforced_by_process},
    {"the leaf was made for another image", CHECK_EAT_IMAGE, EAT_SANCTUM, leaf_of_another_image},
    {"the owner certified another image", CHECK_EAT_IMAGE, EAT_PEF, leaf_of_another_image},
    {"the leaf does not say for what it was made", CHECK_EAT_IMAGE, EAT_SANCTUM, leaf_says_nothing},
    {"the leaf says it twice", CHECK_EAT_IMAGE, EAT_SANCTUM, leaf_says_it_twice},
    {"the leaf says what nobody reads", CHECK_EAT_IMAGE, EAT_SANCTUM, leaf_says_more},
    {"the leaf names a blob and no image", CHECK_EAT_IMAGE, EAT_PEF, leaf_names_no_image},
    {"the monitor was certified as another", CHECK_SANCTUM_MONITOR, EAT_SANCTUM, another_monitor_certified},
    {"the monitor was certified as another version", CHECK_SANCTUM_MONITOR, EAT_SANCTUM,
     another_version_certified},
    {"the monitor was certified without a version", CHECK_SANCTUM_MONITOR, EAT_SANCTUM, no_version_certified},
    {"the monitor's version is negative", CHECK_SANCTUM_MONITOR, EAT_SANCTUM, negative_version},
    {"the monitor's certificate does not name it", CHECK_SANCTUM_MONITOR, EAT_SANCTUM, monitor_says_nothing},
    {"another device is claimed", CHECK_SANCTUM_DEVICE, EAT_SANCTUM, another_device},
    {"another blob is claimed", CHECK_PEF_BLOB, EAT_PEF, another_blob},
    {"no blob is certified", CHECK_PEF_BLOB, EAT_PEF, no_blob_certified},
    {"the policy knows another monitor", CHECK_SANCTUM_KNOWN, EAT_SANCTUM, monitor_unknown},
    {"the policy knows another image", CHECK_MEASUREMENT, EAT_SANCTUM, measurement_unknown},
    {"debugging is on", CHECK_DEBUG, EAT_PEF, debug_on},
    {"the policy wants another TEE", CHECK_TEE, EAT_SANCTUM, another_tee},
    {"the policy wants another device", CHECK_PLATFORM, EAT_SANCTUM, another_platform},
    {"it was said to be of another TEE", CHECK_TEE, EAT_PEF, asked_for_another},
};
const size_t eat_vector_count = sizeof eat_vectors / sizeof *eat_vectors;

/* What more than one row refuses. */
const struct eat_vector eat_refused[] = {
    {"a claim is missing", CHECK_FORMAT, EAT_SANCTUM, claim_missing},
    {"PEF's claim is missing", CHECK_FORMAT, EAT_PEF, claim_missing},
    {"a claim of another profile", CHECK_FORMAT, EAT_SANCTUM, claim_of_another_profile},
    {"a root that nobody imported", CHECK_ROOT, EAT_SANCTUM, root_unknown},
    {"hardware is wanted", CHECK_CLASS, EAT_SANCTUM, hardware_wanted},
};
const size_t eat_refused_count = sizeof eat_refused / sizeof *eat_refused;

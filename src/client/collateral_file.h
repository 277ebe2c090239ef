/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the files in a cache of collateral: what an item says of itself gives its name, and evidence names
 * the files that it needs (docs/collateral.md). */
#ifndef CASEMATE_CLIENT_COLLATERAL_FILE_H
#define CASEMATE_CLIENT_COLLATERAL_FILE_H

#include "../attest/claims.h"
#include "../attest/collateral.h"

enum { COLLATERAL_FILE_SIZE = 128, COLLATERAL_CN_SIZE = 80 };

/* Where certificates are kept that no service gives a name of their own. */
#define COLLATERAL_INTEL_CERTIFICATES "intel/certificates"
#define COLLATERAL_AMD_CERTIFICATES   "amd/certificates"

/* The file that an item belongs into. False if it is nothing that a cache keeps: of no vendor that publishes
 * collateral, or without what would name it. */
bool collateral_file(const struct collateral_item *item, char file[COLLATERAL_FILE_SIZE]);

/* The parts of it. */
void collateral_file_tcb(bool tdx, const uint8_t fmspc[6], char file[COLLATERAL_FILE_SIZE]);
void collateral_file_vcek(const char *product, const uint8_t *chip, size_t chip_size,
                          const struct snp_tcb *tcb, char file[COLLATERAL_FILE_SIZE]);
/* Whether a product of AMD's has this name, in any case; *name is AMD's spelling, *turin that it has FMC and
 * a short chip id. */
bool collateral_product(const char *text, size_t size, const char **name, bool *turin);

/* From when an item is: issued, or valid since; 0 if it does not say. */
int64_t collateral_issued(const struct collateral_item *item);

#endif

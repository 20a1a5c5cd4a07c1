/* SPDX-License-Identifier: Apache-2.0 */
#include "core/digest.h"

#include <openssl/evp.h>
#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256;
static pthread_key_t contexts; /* one a thread: making one costs a quarter of a block */
static bool has_key;

static void release(void *context)
{
    EVP_MD_CTX_free(context);
}

/* A look-up costs more than the digest of a token. Never freed: OpenSSL's own clean-up at exit
 * comes first. */
static void look_up(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    has_key = pthread_key_create(&contexts, release) == 0;
}

/* When the module is unloaded, as at a restart: threads that end later must not look for release().
 */
__attribute__((destructor)) static void forget_key(void)
{
    if (has_key)
        pthread_key_delete(contexts);
}

static EVP_MD_CTX *context_of_thread(void)
{
    EVP_MD_CTX *context = pthread_getspecific(contexts);

    if (!context && (context = EVP_MD_CTX_new()) && pthread_setspecific(contexts, context) != 0) {
        EVP_MD_CTX_free(context);
        context = NULL;
    }
    return context;
}

bool okta_digest(const void *bytes, size_t length, unsigned char digest[OKTA_DIGEST_BYTES])
{
    EVP_MD_CTX *context;

    pthread_once(&once, look_up);
    context = sha256 && has_key ? context_of_thread() : NULL;
    return context && EVP_DigestInit_ex2(context, sha256, NULL) == 1 &&
           EVP_DigestUpdate(context, bytes, length) == 1 &&
           EVP_DigestFinal_ex(context, digest, NULL) == 1;
}

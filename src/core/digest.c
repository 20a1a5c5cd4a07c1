#include "core/digest.h"

#include <openssl/evp.h>
#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256;

/* A look-up costs more than the digest of a token. Never freed: OpenSSL's own clean-up at exit
 * comes first. */
static void look_up(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

bool okta_digest(const void *bytes, size_t length, unsigned char digest[OKTA_DIGEST_BYTES])
{
    pthread_once(&once, look_up);
    return sha256 && EVP_Digest(bytes, length, digest, NULL, sha256, NULL) == 1;
}

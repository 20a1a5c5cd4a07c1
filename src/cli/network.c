/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/network.h"

#include "cli/message.h"
#include "core/issuer.h"

#include <curl/curl.h>

#define TIMEOUT_MAX 3600
#define ANSWER_MAX ((size_t)1 << 20)
#define TURN_MS 1000

const char okta_network_help[] =
    "      --proxy URL           go through this proxy; \"\" for none (default: the environment)\n"
    "      --ca FILE             trust the certificates in this PEM file only\n"
    "      --timeout SECONDS     for one answer (default: 10)\n"
    "      --insecure-http       let http URLs of loopback hosts pass\n";

bool okta_network_option(okta_network *network, int option)
{
    switch (option) {
    case OKTA_OPTION_PROXY:
        network->proxy = optarg;
        return true;
    case OKTA_OPTION_CA:
        network->ca_file = optarg;
        return true;
    case OKTA_OPTION_TIMEOUT:
        return okta_option_seconds("--timeout", optarg, 1, TIMEOUT_MAX, &network->timeout);
    case OKTA_OPTION_INSECURE_HTTP:
    default:
        network->insecure_http = true;
        return true;
    }
}

bool okta_network_issuer_check(const okta_network *network, const char *issuer)
{
    okta_error error = {""};
    char shown[128];

    if (okta_issuer_check(issuer, network->insecure_http, &error))
        return true;
    okta_reword(&error);
    return okta_complain("--issuer \"%s\": %s", okta_shown(shown, sizeof(shown), issuer),
                         error.text);
}

okta_fetch_settings okta_network_settings(const okta_network *network)
{
    return (okta_fetch_settings){.proxy = network->proxy,
                                 .ca_file = network->ca_file,
                                 .timeout_ms = (long)network->timeout * 1000,
                                 .max_bytes = ANSWER_MAX,
                                 .insecure_http = network->insecure_http};
}

static okta_fetcher *open_fetcher(okta_error *error)
{
    okta_fetcher *fetcher = NULL;

    if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
        fetcher = okta_fetcher_curl();
    if (!fetcher)
        okta_error_set(error, "libcurl cannot be started");
    return fetcher;
}

static void finish(okta_fetcher *fetcher)
{
    while (fetcher->run(fetcher, TURN_MS) > 0)
        ;
    fetcher->destroy(fetcher);
    curl_global_cleanup();
}

bool okta_network_fetch(const okta_network *network, okta_fetch_request *request,
                        okta_fetch_done_fn *done, void *baton, okta_error *error)
{
    okta_fetcher *fetcher = open_fetcher(error);
    size_t most = request->settings.max_bytes;
    bool begun;

    if (!fetcher)
        return false;
    request->settings = okta_network_settings(network);
    if (most)
        request->settings.max_bytes = most;
    begun = fetcher->start(fetcher, request, done, baton, error) != NULL;
    finish(fetcher);
    return begun;
}

bool okta_network_discover(const okta_network *network, okta_discovery_request *request,
                           okta_discovery_done_fn *done, void *baton, okta_error *error)
{
    okta_fetcher *fetcher = open_fetcher(error);
    bool begun;

    if (!fetcher)
        return false;
    request->settings = okta_network_settings(network);
    begun = okta_discovery_start(fetcher, request, done, baton, error) != NULL;
    finish(fetcher);
    return begun;
}

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by scripts/demo: tokens that are bound to a key, and calls with proofs of that key (DPoP,
# RFC 9449). okta-token makes both; it gets the secret by its environment and the token on its
# standard input.

# Sets token to one of the client $1 that is bound to a key. Returns 1 where there is none.
get_bound_token() {
    local -a options=(--issuer "$issuer" --client-id "$1" --dpop-key "$root/run/dpop.key")
    local -a scopes
    local name
    read -r -a scopes <<<"$scope"
    for name in ${scopes[@]+"${scopes[@]}"}; do
        options+=(--scope "$name")
    done
    [ -z "$proxy" ] || options+=(--proxy "$proxy")
    [ -z "$ca_file" ] || options+=(--ca "$ca_file")
    [[ $issuer != http://* ]] || options+=(--insecure-http)
    token=$(OKTA_CLIENT_SECRET=$client_secret "$build/src/cli/okta-token" get "${options[@]}" \
        2>"$root/run/okta-token.err" </dev/null) && [ -n "$token" ]
}

# Prints a new proof for a request: $1 method, $2 URL, $3 token.
make_proof() {
    "$build/src/cli/okta-token" proof --method "$1" --url "$2" --dpop-key "$root/run/dpop.key" \
        <<<"$3" 2>>"$root/run/okta-token.err"
}

# A call of whoami that has to be refused: $1 what is sent, $2 token, $3 the error, $4 the reason.
bound_refused_row() {
    local ok=false
    call_api /api/whoami "$2"
    if [ "$status" = 401 ] && [[ $challenge == "DPoP "*error=\"$3\"* ]] && [ "$reason" = "$4" ]; then
        ok=true
    fi
    row whoami "$1" "401 $3" "$(got) ($reason)" "$ok"
}

# What a thief of the token $1, or of a request, has of it.
thief_rows() {
    local scheme=DPoP proof
    proof=$(make_proof GET "http://127.0.0.1:$port/api/whoami" "$1")
    claims_row "bound, with proof" "$1"
    bound_refused_row "the same proof again" "$1" invalid_dpop_proof proof_replayed
    proof=$(make_proof GET "http://127.0.0.1:$port/api/hello" "$1")
    bound_refused_row "proof for hello" "$1" invalid_dpop_proof proof_url
    proof=
    bound_refused_row "bound, no proof" "$1" invalid_dpop_proof proof_missing
    scheme=Bearer
    bound_refused_row "bound, as Bearer" "$1" invalid_token token_bound
}

# The token endpoint refuses a client whose application requires DPoP, as Okta does.
unproven_client_row() {
    local error ok=false client_id=$client_id-dpop
    get_token || true
    error=$(json_string error <<<"$body")
    [ "$status $error" != "400 invalid_dpop_proof" ] || ok=true
    row token "DPoP app, no proof" "400 invalid_dpop_proof" "$status $error" "$ok"
}

dev_dpop_rows() {
    unproven_client_row
    if ! get_bound_token "$client_id-dpop"; then
        row token "DPoP app, proof" 200 "$(head -c 200 "$root/run/okta-token.err")" false
        return
    fi
    thief_rows "$token"
}

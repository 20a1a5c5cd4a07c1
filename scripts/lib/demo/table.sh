# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by scripts/demo: the guide's table, called and judged.

rows=0
wrong=0
left_out=0
readonly foreign_origin=http://foreign.example

# $1 call, $2 what is sent, $3 expected, $4 got, $5 true or false
row() {
    local verdict=ok
    rows=$((rows + 1))
    if ! $5; then
        verdict=WRONG
        wrong=$((wrong + 1))
    fi
    printf '  %-9s %-20s %-26s %-40s %s\n' "$1" "$2" "$3" "$4" "$verdict"
}

not_run() {
    left_out=$((left_out + 1))
    printf '  %-9s %-20s %-26s %s\n' "$1" "$2" "$3" "not run: $4"
}

got() {
    local error
    error=$(sed -n 's/.*error="\([^"]*\)".*/\1/p' <<<"$challenge")
    echo "$status${error:+ $error}"
}

# $1 what is sent, $2 no valid token
hello_row() {
    local shown ok=false
    call_api /api/hello "$2"
    shown=$(got)
    if [ "$status" = 200 ] && [[ $body == *'"caller": null'* || $body == *'"caller":null'* ]]; then
        ok=true
        shown="200, caller unknown"
    fi
    row hello "$1" "200, caller unknown" "$shown" "$ok"
}

# $1 what is sent, $2 the token. A caller whose token is valid is greeted by name.
greeting_row() {
    local shown ok=false
    call_api /api/hello "$2"
    shown=$(got)
    if [ "$status" = 200 ] && [[ $(json_string message <<<"$body") =~ ^Hello,\ .+!$ ]]; then
        ok=true
        shown="200 by name"
    fi
    row hello "$1" "200 by name" "$shown" "$ok"
}

# A challenge without error code says: bring a token. RFC 6750 section 3.1 wants exactly that.
bare_row() {
    local shown ok=false
    call_api /api/whoami
    shown=$(got)
    if [ "$status" = 401 ] && [[ $challenge =~ ^Bearer([[:space:]].*)?$ ]] && [[ $challenge != *error* ]]; then
        ok=true
        shown="401 bare Bearer challenge"
    fi
    row whoami "no token" "401 bare Bearer challenge" "$shown" "$ok"
}

# $1 what is sent, $2 a valid token
claims_row() {
    local shown ok=false
    call_api /api/whoami "$2"
    shown=$(got)
    if [ "$status" = 200 ] && [[ $body == *\"iss\"* ]] &&
        [ "$(json_string iss <<<"$body")" = "$issuer" ]; then
        ok=true
        shown="200 and the claims"
    fi
    row whoami "$1" "200 and the claims" "$shown" "$ok"
}

# $1 name, $2 token, $3 the reason it has to be refused for: a 401 for another reason proves nothing
refused_row() {
    local ok=false
    call_api /api/whoami "$2"
    if [ "$status" = 401 ] && [[ $challenge == "$scheme "*error=\"invalid_token\"* ]] && [ "$reason" = "$3" ]; then
        ok=true
    fi
    row whoami "$1" "401 invalid_token" "$(got) ($reason)" "$ok"
}

# A wrong token that the development server signs: $1 its name, $2 the reason to refuse it, then the
# token request's fields.
minted_row() {
    local name=$1 expected=$2
    shift 2
    if get_token "$@"; then
        refused_row "$name" "$token" "$expected"
    else
        row whoami "$name" "401 invalid_token" "no token to send ($status)" false
    fi
}

# $1 what is sent, $2 a token without the scope that admin requires
scope_row() {
    local ok=false
    call_api /api/admin "$2"
    if [ "$status" = 403 ] && [[ $challenge == "$scheme "*error=\"insufficient_scope\"*scope=\"admin\"* ]]; then
        ok=true
    fi
    row admin "$1" "403 insufficient_scope" "$(got)" "$ok"
}

# $1 what is sent, $2 a token with that scope
admin_row() {
    call_api /api/admin "$2"
    row admin "$1" 200 "$(got)" "$([ "$status" = 200 ] && echo true || echo false)"
}

# The virtual host where everything takes a token. $1 path, $2 what is sent, $3 token, $4 status
everything_row() {
    local host=everything.localhost
    call_api "$1" "$3"
    row "$1" "$2" "$4" "$(got)" "$([ "$status" = "$4" ] && echo true || echo false)"
}

everything_rows() {
    everything_row /any/path "no token" "" 401
    everything_row /health "no token" "" 200
}

page_row() {
    local ok=false
    call "$app/" </dev/null
    if [ "$status" = 200 ] && [[ $body == *'<title>mod_auth_okta demo</title>'* ]]; then
        ok=true
    fi
    row page "" 200 "$status" "$ok"
}

no_cors_headers() {
    ! grep -qi '^access-control-' <<<"$headers"
}

# What a browser asks before a script of origin $1 may call whoami with a token.
preflight() {
    call "http://127.0.0.1:$port/api/whoami" -X OPTIONS -H "Origin: $1" \
        -H 'Access-Control-Request-Method: GET' -H 'Access-Control-Request-Headers: authorization,dpop' \
        </dev/null
}

# True where the last answer's CORS headers let a script of the page read it, and its challenge.
page_may_read() {
    [ "$(header Access-Control-Allow-Origin)" = "$app" ] &&
        [[ $(header Access-Control-Expose-Headers) =~ (^|[, ])WWW-Authenticate([, ]|$) ]] &&
        [[ $(header Vary) =~ (^|[, ])Origin([, ]|$) ]]
}

preflight_rows() {
    local shown ok=false
    preflight "$app"
    shown="$status, no or other CORS headers"
    if [ "$status" = 204 ] && page_may_read &&
        [[ $(header Access-Control-Allow-Methods) =~ (^|[, ])GET([, ]|$) ]] &&
        [[ $(header Access-Control-Allow-Headers) =~ (^|[, ])[Aa]uthorization([, ]|$) ]] &&
        [[ $(header Access-Control-Allow-Headers) =~ (^|[, ])[Dd][Pp]o[Pp]([, ]|$) ]]; then
        ok=true
        shown="204, allowed"
    fi
    row preflight "page's origin" "204, allowed" "$shown" "$ok"

    ok=false
    preflight "$foreign_origin"
    shown="$status, CORS headers"
    if no_cors_headers; then
        shown="$status, no CORS headers"
        [ "$status" != 401 ] || ok=true
    fi
    row preflight "foreign origin" "401, no CORS headers" "$shown" "$ok"
}

# $1 call, $2 path, $3 what is sent, $4 token, $5 origin, $6 status, $7 true where a script of that
# origin is to be able to read the answer
cors_row() {
    local may may_wanted='no CORS headers' ok=false
    ! "$7" || may_wanted=readable
    call_api "$2" "$4" -H "Origin: $5"
    if no_cors_headers; then
        may='no CORS headers'
    elif page_may_read; then
        may=readable
    else
        may='other CORS headers'
    fi
    [ "$status, $may" != "$6, $may_wanted" ] || ok=true
    row "$1" "$3" "$6, $may_wanted" "$status, $may" "$ok"
}

# The rows about scripts of other origins that need no token.
cors_rows() {
    preflight_rows
    cors_row whoami /api/whoami "page's origin" "" "$app" 401 true
    cors_row whoami /api/whoami "foreign origin" "" "$foreign_origin" 401 false
}

no_token_in_logs_row() {
    local part ok=true shown="none found"
    for part in "$@"; do
        if grep -rqF -- "$part" "$root/logs"; then
            ok=false
            shown="found one"
        fi
    done
    row "the logs" "searched for tokens" "none found" "$shown" "$ok"
}

dev_table() {
    local now good bad admin asked_scope=$scope
    now=$(date +%s)
    get_token || fail "The development server gave no token: $status $body" "See $root/logs/error_log."
    good=$token
    bad=$(tampered_token "$good")

    hello_row "no token" ""
    greeting_row "valid token" "$good"
    hello_row "tampered token" "$bad"
    bare_row
    claims_row "valid token" "$good"
    refused_row "tampered token" "$bad" signature_invalid
    minted_row "expired token" token_expired "dev_claims={\"iat\":$((now - 7200)),\"exp\":$((now - 3600))}"
    minted_row "wrong audience" audience_mismatch 'dev_claims={"aud":"api://another"}'
    minted_row "wrong issuer" issuer_unknown "dev_claims={\"iss\":\"${issuer%/*}/another\"}"
    minted_row "unknown kid" kid_unknown dev_key=unpublished
    scope_row "no scope admin" "$good"
    scope='admin'
    get_token || token=
    scope=$asked_scope
    admin=$token
    admin_row "scope admin" "$admin"
    everything_rows
    everything_row /any/path "valid token" "$good" 200
    page_row
    cors_rows
    cors_row whoami /api/whoami "page's + token" "$good" "$app" 200 true
    cors_row whoami /api/whoami "foreign + token" "$good" "$foreign_origin" 200 false
    cors_row admin /api/admin "page's + token" "$good" "$app" 403 true
    dev_dpop_rows
    no_token_in_logs_row "${good##*.}" "${bad#*.}" "${admin##*.}" "${token##*.}"
}

org_token_rows() {
    local good bad scheme=Bearer
    if [ -z "$client_id" ] || [ -z "$client_secret" ]; then
        not_run "hello" "valid token" "200 by name" "needs CLIENT_ID and CLIENT_SECRET"
        not_run "whoami" "valid token" "200 and the claims" "needs CLIENT_ID and CLIENT_SECRET"
        not_run "whoami" "tampered token" "401 invalid_token" "needs CLIENT_ID and CLIENT_SECRET"
        not_run "/any/path" "valid token" 200 "needs CLIENT_ID and CLIENT_SECRET"
        not_run "admin" "no scope admin" "403 insufficient_scope" "needs CLIENT_ID and CLIENT_SECRET"
        return
    fi
    get_org_token || return
    good=$token
    bad=$(tampered_token "$good")
    greeting_row "valid token" "$good"
    claims_row "valid token" "$good"
    refused_row "tampered token" "$bad" signature_invalid
    everything_row /any/path "valid token" "$good" 200
    if [[ " $scope " == *' admin '* ]]; then
        admin_row "scope admin" "$good"
    else
        scope_row "no scope admin" "$good"
    fi
    [ "$scheme" = Bearer ] || thief_rows "$good"
    no_token_in_logs_row "${good##*.}" "${bad#*.}" "$client_secret"
}

# Sets token, and scheme to DPoP where the application takes no other way. Returns 1, after a row,
# where there is no token.
get_org_token() {
    if get_token; then
        return 0
    fi
    if [ "$status $(json_string error <<<"$body")" = "400 invalid_dpop_proof" ]; then
        echo "  The application requires DPoP: tokens and proofs come from okta-token."
        scheme=DPoP
        if get_bound_token "$client_id"; then
            return 0
        fi
        row "token" "DPoP" 200 "none" false
        sed 's/^/    /' "$root/run/okta-token.err"
        return 1
    fi
    row "token" "client credentials" 200 "$status" false
    explain_no_token
    return 1
}

explain_no_token() {
    local error
    error=$(json_string error <<<"$body")
    error=${error:-$(json_string errorCode <<<"$body")}
    case $error in
    invalid_client) echo "    Okta refuses the client: check CLIENT_ID and CLIENT_SECRET." ;;
    invalid_scope) echo "    Okta refuses the scope: set OKTA_SCOPE to a custom scope of this" \
        "authorization server that its access policy grants to the client." ;;
    access_denied) echo "    No access policy of the authorization server lets this client use the" \
        "client credentials grant. A new authorization server has none: add one in Okta's admin" \
        "console, Security > API > your authorization server > Access Policies." ;;
    *) echo "    $issuer/v1/token answered $status ${error:+with $error}$(head -c 200 "$root/run/curl.err" 2>/dev/null)" ;;
    esac
}

org_table() {
    hello_row "no token" ""
    hello_row "made-up token" "$(made_up_token)"
    bare_row
    refused_row "made-up token" "$(made_up_token)" kid_unknown
    everything_rows
    page_row
    cors_rows
    org_token_rows
}

# Prints the table. Returns 1 where a row is wrong.
table_check() {
    printf '\n  %-9s %-20s %-26s %s\n' "call" "sent" "expected" "got"
    "${mode}_table"
    echo
    if [ "$wrong" -gt 0 ]; then
        echo "$wrong of $rows rows are WRONG."
        return 1
    fi
    echo "All $rows rows are as they should be.${left_out:+$([ "$left_out" -eq 0 ] || echo " $left_out were not run.")}"
}

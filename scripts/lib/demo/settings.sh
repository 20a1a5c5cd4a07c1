# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by scripts/demo: which authorization server, from where, and whether the values are fit
# for httpd.conf and for a terminal. Sets the variables at the top of scripts/demo.

# The names a .okta.env may set. The file may hold others: they are of no interest here.
readonly ENV_FILE_NAMES=' OKTA_OAUTH2_ISSUER OKTA_API_AUDIENCE OKTA_DOMAIN OKTA_AUTHORIZATION_SERVER
 OKTA_AUDIENCE OKTA_SCOPE ORG_URL CLIENT_ID CLIENT_SECRET '

declare -A setting=()

# Reads KEY=value lines into setting. The file is data: nothing in it is ever run or expanded. Never
# prints a line of it, since a line may be a secret.
read_env_file() {
    local file=$1 line name value number=0
    [[ -f $file && -r $file ]] ||
        fail "$file is there, but it is no file that $(id -un) can read." "Correct its permissions."
    while IFS= read -r line || [ -n "$line" ]; do
        number=$((number + 1))
        line=${line%$'\r'}
        [ "$number" -gt 1 ] || line=${line#$'\xef\xbb\xbf'}
        [[ $line =~ ^[[:space:]]*(#|$) ]] && continue
        [[ $line =~ ^[[:space:]]*(export[[:space:]]+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$ ]] ||
            fail "$file, line $number, is not of the form KEY=value." \
                "Correct the line, or put a # before it."
        name=${BASH_REMATCH[2]}
        value=${BASH_REMATCH[3]}
        if [[ $value =~ ^\"([^\"]*)\"[[:space:]]*(#.*)?$ || $value =~ ^\'([^\']*)\'[[:space:]]*(#.*)?$ ]]; then
            value=${BASH_REMATCH[1]}
        elif [[ $value == [\"\']* ]]; then
            fail "$file, line $number: the quotes around the value of $name do not match." \
                "Correct them."
        else
            value=${value%%[[:space:]]#*}
            value=${value%"${value##*[![:space:]]}"}
        fi
        if [[ $ENV_FILE_NAMES == *[[:space:]]"$name"[[:space:]]* ]]; then
            setting[$name]=$value
        fi
    done <"$file"
}

# One source only: a client secret must not travel to the domain of another source.
read_environment() {
    local name
    for name in $ENV_FILE_NAMES; do
        setting[$name]=${!name:-}
    done
}

check_value() {
    local name=$1 value=$2 pattern=$3 wanted=$4
    [[ $value =~ ^($pattern)$ ]] || fail "$name is \"$(printable "$value")\", which is not $wanted." \
        "Correct $name in $source_name."
}

# What a terminal can show of a value that is wrong.
printable() {
    local shown=${1//[^[:print:]]/?}
    printf '%s' "${shown:0:120}"
}

refuse_placeholder() {
    local name=$1 value=$2
    case $value in
    *'{'* | *'}'* | *'<'* | *'>'* | *your*[dD]omain* | *YOUR*)
        fail "$name is \"$(printable "$value")\": that is the placeholder of a guide." \
            "Put your own value there, in $source_name."
        ;;
    esac
}

readonly HOST_PATTERN='[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?'
readonly PORT_PATTERN='(:[0-9]{1,5})?'

check_server() {
    refuse_placeholder OKTA_AUTHORIZATION_SERVER "$server"
    check_value OKTA_AUTHORIZATION_SERVER "$server" '[A-Za-z0-9_-]+' \
        "the id of an authorization server: default, or one like aus1a2b3c"
    [ "$server" != org ] ||
        fail "OKTA_AUTHORIZATION_SERVER is \"org\", whose tokens are opaque: they cannot be checked here." \
            "Use a custom authorization server, like default."
}

settings_of_domain() {
    domain=${setting[OKTA_DOMAIN]}
    server=${setting[OKTA_AUTHORIZATION_SERVER]:-default}
    refuse_placeholder OKTA_DOMAIN "$domain"
    check_value OKTA_DOMAIN "$domain" "$HOST_PATTERN" \
        "a host name like integrator-123456.okta.com (without https:// and without a path)"
    check_server
    issuer=https://$domain/oauth2/$server
}

settings_of_issuer() {
    issuer=${setting[OKTA_OAUTH2_ISSUER]}
    refuse_placeholder OKTA_OAUTH2_ISSUER "$issuer"
    check_value OKTA_OAUTH2_ISSUER "$issuer" \
        "https://$HOST_PATTERN$PORT_PATTERN(/[A-Za-z0-9._~/-]*)?|http://(127\.0\.0\.1|localhost)$PORT_PATTERN(/[A-Za-z0-9._~/-]*)?" \
        "an issuer URL like https://integrator-123456.okta.com/oauth2/default"
    server=
    [[ $issuer != */oauth2/default ]] || server=default
}

# ORG_URL is what Okta's samples have beside the issuer, or instead of it.
settings_of_org_url() {
    local url=${setting[ORG_URL]}
    server=${setting[OKTA_AUTHORIZATION_SERVER]:-default}
    refuse_placeholder ORG_URL "$url"
    check_value ORG_URL "$url" \
        "https://$HOST_PATTERN$PORT_PATTERN/?|http://(127\.0\.0\.1|localhost)$PORT_PATTERN/?" \
        "the URL of an Okta organization like https://integrator-123456.okta.com"
    check_server
    issuer=${url%/}/oauth2/$server
}

settings_of_org() {
    mode=org
    if [ -n "${setting[OKTA_DOMAIN]:-}" ] && [ -n "${setting[OKTA_OAUTH2_ISSUER]:-}" ]; then
        fail "OKTA_DOMAIN and OKTA_OAUTH2_ISSUER are both set in $source_name." \
            "Keep one: the second is https://OKTA_DOMAIN/oauth2/OKTA_AUTHORIZATION_SERVER."
    elif [ -n "${setting[OKTA_DOMAIN]:-}" ]; then
        settings_of_domain
    elif [ -n "${setting[OKTA_OAUTH2_ISSUER]:-}" ]; then
        settings_of_issuer
    elif [ -n "${setting[ORG_URL]:-}" ]; then
        settings_of_org_url
    else
        fail "$source_name names no issuer." \
            "Add OKTA_OAUTH2_ISSUER=https://your-domain/oauth2/default to it, or start" \
            "scripts/demo --dev, which needs no Okta account."
    fi

    local audience_name=OKTA_AUDIENCE
    [ -n "${setting[OKTA_AUDIENCE]:-}" ] || audience_name=OKTA_API_AUDIENCE
    audience=${setting[$audience_name]:-}
    if [ -z "$audience" ] && [ "$server" = default ]; then
        audience=api://default
    fi
    [ -n "$audience" ] || fail "No audience is set for $issuer." \
        "Set OKTA_AUDIENCE in $source_name; Okta's admin console shows it beside the issuer."
    refuse_placeholder "$audience_name" "$audience"
    check_value "$audience_name" "$audience" '[A-Za-z0-9:/?&=._~@!*+,;%-]+' \
        "an audience like api://default"

    client_id=${setting[CLIENT_ID]:-}
    client_secret=${setting[CLIENT_SECRET]:-}
    scope=${setting[OKTA_SCOPE]:-}
    refuse_placeholder CLIENT_ID "$client_id"
    check_value CLIENT_ID "$client_id" '[A-Za-z0-9._~-]*' "a client id like 0oa1a2b3c"
    check_value OKTA_SCOPE "$scope" '[A-Za-z0-9:/._~ -]*' "a list of scopes"
    [[ $client_secret =~ ^[!-~]*$ ]] ||
        fail "CLIENT_SECRET contains a space or a character that is not ASCII." \
            "Copy it again from Okta's admin console into $source_name."
}

settings_of_network() {
    local source_name='the environment'
    proxy=${OKTA_HTTP_PROXY:-${https_proxy:-${HTTPS_PROXY:-}}}
    ca_file=${OKTA_CA_FILE:-}
    if [[ $issuer == http://* ]]; then
        proxy=
    fi
    # no check_value: a proxy URL may hold a password
    [[ $proxy =~ ^(https?://[A-Za-z0-9.:@%_~-]+/?)?$ ]] || fail \
        "The proxy (OKTA_HTTP_PROXY or https_proxy) is not a URL like http://proxy.example:3128." \
        "Correct the variable."
    [ -z "$ca_file" ] || [ -r "$ca_file" ] ||
        fail "OKTA_CA_FILE is $(printable "$ca_file"), which cannot be read." "Correct the path."
    check_value OKTA_CA_FILE "$ca_file" '(/[A-Za-z0-9._/+@~-]+)?' "an absolute path"
}

# $1: 1 where --dev is given.
settings_read() {
    local source_name
    if [ "$1" -eq 1 ]; then
        mode=dev
    elif [ -n "${OKTA_DOMAIN:-}${OKTA_OAUTH2_ISSUER:-}" ]; then
        source_name='the environment'
        read_environment
        settings_of_org
        settings_of_network
    elif [ -e .okta.env ]; then
        source_name=$PWD/.okta.env
        read_env_file "$source_name"
        settings_of_org
        settings_of_network
    else
        mode=dev
    fi
    if [ "$mode" = dev ]; then
        audience=api://default
        client_id=okta-demo
        client_secret=not-a-secret
        scope=api:read
    fi
}

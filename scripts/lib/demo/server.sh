# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by scripts/demo: one httpd in a folder of its own.

server_prepare() {
    apxs=$(command -v apxs || command -v apxs2 || true)
    [ -n "$apxs" ] || fail "apxs is not found." "Install apache2-dev (Debian, Ubuntu) or httpd-devel."
    httpd=$("$apxs" -q SBINDIR)/$("$apxs" -q PROGNAME)
    [ -x "$httpd" ] || fail "$httpd is not there." "Install apache2-bin (Debian, Ubuntu) or httpd."

    ! temporary_folder_is_private ||
        fail "The temporary folder ${TMPDIR:-/tmp} is closed to www-data, the user of httpd's children." \
            "Set TMPDIR=/tmp."
    root=$(mktemp -d "${TMPDIR:-/tmp}/okta-demo.XXXXXX")
    [[ $root =~ ^[A-Za-z0-9._/+@~-]+$ ]] ||
        fail "The temporary folder $root has an unusual character in its path." "Set TMPDIR=/tmp."
    mkdir "$root/logs" "$root/run" "$root/page" "$root/empty"
    cp "$repo"/conf/demo/page/* "$root/page/"
    # where root starts httpd, its children are another user's
    chmod 755 "$root" "$root/page" "$root/empty"
    chmod 644 "$root"/page/*
}

port_is_free() {
    ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Sets app_port to a free port near $port.
choose_app_port() {
    local -i candidate
    for ((candidate = port + 1; candidate <= port + 100; candidate++)); do
        app_port=$((candidate <= 65535 ? candidate : candidate - 200))
        ! port_is_free "$app_port" || return 0
    done
    fail "The 100 ports next to $port are taken, and the web page needs one." \
        "Name another port with --port."
}

# Sets the arguments and the environment of httpd. The environment is a new one: a client secret in
# ours is none of httpd's business.
server_command() {
    command=(env -i "PATH=$PATH" LANG=C "DEMO_ROOT=$root" "DEMO_BUILD=$build"
        "DEMO_PORT=$port" "DEMO_APP_PORT=$app_port" "DEMO_APP=$app"
        "DEMO_MODULES=$("$apxs" -q LIBEXECDIR)" "DEMO_ISSUER=$issuer" "DEMO_AUDIENCE=$audience")
    local -a defines=()
    if [ "$mode" = dev ]; then
        command+=("DEMO_CLIENT_ID=$client_id" "DEMO_CLIENT_SECRET=$client_secret")
        defines+=(-D DEMO_DEV)
    fi
    if [ "$mcp" -eq 1 ]; then
        command+=("DEMO_MCP_BACKEND=$mcp_backend" "DEMO_MCP_ISSUER=$mcp_issuer" "DEMO_CONF=$repo/conf/demo")
        defines+=(-D DEMO_MCP)
    fi
    if [ -n "$domain" ]; then
        command+=("DEMO_DOMAIN_NAME=$domain" "DEMO_AUTHORIZATION_SERVER=$server")
        defines+=(-D DEMO_DOMAIN)
    fi
    if [[ $issuer == http://* ]]; then
        defines+=(-D DEMO_INSECURE_HTTP)
    fi
    if [ -n "$proxy" ]; then
        command+=("DEMO_PROXY_URL=$proxy")
        defines+=(-D DEMO_PROXY)
    fi
    if [ -n "$ca_file" ]; then
        command+=("DEMO_CA_FILE=$ca_file")
        defines+=(-D DEMO_CA)
    fi
    if [ "$(id -u)" -eq 0 ]; then
        local user=www-data
        id -u "$user" >/dev/null 2>&1 || user=nobody
        command+=("DEMO_USER=$user" "DEMO_GROUP=$(id -gn "$user")")
        defines+=(-D DEMO_AS_ROOT)
    fi
    # A session of its own: httpd signals its whole process group, and Ctrl-C is for us to handle.
    command=(setsid "${command[@]}" "$httpd" -f "$repo/conf/demo/httpd.conf" "${defines[@]}")
}

page_settings() {
    local curl=
    [ "$mode" = dev ] || curl=$(org_token_command)
    curl=${curl//\\/\\\\}
    curl=${curl//\"/\\\"}
    curl=${curl//$'\n'/\\n}
    printf '{"mode":"%s","api":"http://127.0.0.1:%s","app":"%s","issuer":"%s","audience":"%s","curl":"%s"' \
        "$mode" "$port" "$app" "$issuer" "$audience" "$curl"
    if [ "$mode" = dev ]; then
        printf ',"client_id":"%s","client_secret":"%s","dpop_client_id":"%s-dpop"' \
            "$client_id" "$client_secret" "$client_id"
    fi
    printf '}\n'
}

# Starts httpd on $port and a port near it. Returns 1 where one of them is taken.
server_try() {
    local tries
    choose_app_port
    app=http://127.0.0.1:$app_port
    [ "$mode" = org ] || issuer=http://127.0.0.1:$port/oauth2/default
    mcp_url=http://127.0.0.1:$port/mcp
    mcp_issuer=http://127.0.0.1:$port/oauth2/mcp
    server_command
    page_settings >"$root/page/demo.json"
    chmod 644 "$root/page/demo.json"

    if ! "${command[@]}" -t >"$root/logs/configtest" 2>&1; then
        cat "$root/logs/configtest" >&2
        fail "httpd refuses the configuration: the lines above say why." \
            "Correct the value they name."
    fi
    "${command[@]}" -D FOREGROUND >"$root/logs/httpd.out" 2>&1 &
    httpd_pid=$!
    for ((tries = 0; tries < 300; tries++)); do
        if ! kill -0 "$httpd_pid" 2>/dev/null; then
            httpd_pid=
            grep -qs 'Address already in use\|no listening sockets' "$root/logs/httpd.out" \
                "$root/logs/error_log" && return 1
            tail -n 15 "$root/logs/httpd.out" "$root/logs/error_log" >&2 || true
            keep_root=1
            fail "httpd did not start: the lines above say why." "The logs are in $root/logs."
        fi
        if [ -s "$root/run/httpd.pid" ] && ! port_is_free "$port"; then
            return 0
        fi
        sleep 0.1
    done
    keep_root=1
    fail "httpd has not opened port $port within 30 s." "The logs are in $root/logs."
}

# $1: the port asked for, or empty.
server_start() {
    if [ -n "$1" ]; then
        port=$1
        if ! port_is_free "$port" || ! server_try; then
            fail "Port $port is taken by another program." \
                "Stop that program (ss -ltnp shows it), choose another with --port, or leave --port" \
                "out: then a free one is taken."
        fi
        return
    fi
    for ((port = 8080; port < 8180; port++)); do
        if port_is_free "$port" && server_try; then
            return
        fi
    done
    fail "All ports from 8080 to 8179 are taken." "Name a free one with --port."
}

server_stop() {
    if [ -n "$httpd_pid" ]; then
        kill -TERM "$httpd_pid" 2>/dev/null || true
        wait "$httpd_pid" 2>/dev/null || true
        httpd_pid=
    fi
    if [ -n "$root" ] && [ "$keep_root" -eq 0 ]; then
        rm -rf "$root"
    fi
}

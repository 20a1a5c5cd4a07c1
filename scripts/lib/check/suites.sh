# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by scripts/check: the suites, in their order; what each installs, and what it runs.

suites=(format gcc clang asan tsan http http-asan monitoring soak cli tree models interop demo tidy analyzer distcheck
    deb)
# what is run by name: it makes whole Debians, which takes mounts (most containers forbid them) and a quarter of an hour
more_suites=(package package-bookworm package-trixie)

build_packages=("${module_packages[@]}" libcmocka-dev)
python_packages=(python3 python3-pytest python3-jwcrypto python3-requests python3-cryptography python3-websockets)
server_packages=("${python_packages[@]}" python3-pytest-xdist php-fpm nghttp2-client valgrind curl openssl
    ca-certificates redis-server memcached)

deb_packages=(python3 python3-pytest binutils xz-utils build-essential debhelper dh-apache2 dpkg-dev fakeroot lintian)
machine_packages=(debootstrap mount util-linux iproute2 ca-certificates curl)

# Tests of httpd mostly wait, but for those that look at how busy the machine is.
side_by_side=$((jobs < 4 ? jobs : 4))

# suite_packages SUITE : Debian's packages that it needs, one a line. Returns 1 where there is no such suite.
suite_packages() {
    case $1 in
    format) printf '%s\n' clang-format shellcheck man-db ;;
    gcc | asan | tsan | analyzer) printf '%s\n' "${build_packages[@]}" ;;
    clang) printf '%s\n' "${build_packages[@]}" clang ;;
    http | http-asan | soak) printf '%s\n' "${build_packages[@]}" "${server_packages[@]}" ;;
    monitoring) printf '%s\n' "${build_packages[@]}" "${python_packages[@]}" prometheus ;;
    cli) printf '%s\n' "${build_packages[@]}" "${python_packages[@]}" ;;
    tree) printf '%s\n' python3 python3-pytest gcc libc6-dev ;;
    models) printf '%s\n' python3 python3-pytest spin gcc libc6-dev ;;
    interop)
        printf '%s\n' "${build_packages[@]}" "${server_packages[@]}" chromium \
            libapache2-mod-auth-openidc libapache2-mod-oauth2
        # one of another source than Debian's will do
        command -v npm >/dev/null || printf '%s\n' nodejs npm
        ;;
    demo) printf '%s\n' "${module_packages[@]}" curl ca-certificates ;;
    tidy) printf '%s\n' "${build_packages[@]}" clang clang-tidy ;;
    distcheck) printf '%s\n' "${build_packages[@]}" xz-utils python3 python3-pytest clang-format shellcheck man-db ;;
    deb) printf '%s\n' "${build_packages[@]}" "${deb_packages[@]}" ;;
    package)
        printf '%s\n' "${build_packages[@]}" "${python_packages[@]}" "${deb_packages[@]}" "${machine_packages[@]}" \
            python3-jsonschema rpm rpm2cpio cpio
        command -v npm >/dev/null || printf '%s\n' nodejs npm
        ;;
    package-bookworm | package-trixie)
        printf '%s\n' "${module_packages[@]}" "${python_packages[@]}" "${deb_packages[@]}" "${machine_packages[@]}"
        ;;
    *) return 1 ;;
    esac
    [ ! -e .git ] || command -v git >/dev/null || echo git
}

run_suite() {
    case $1 in
    format)
        one format check_format
        one shell check_shell
        one man check_man
        ;;
    # nothing else builds what scripts/bench measures with
    gcc) need_gcc && { unit_suite units-gcc build/gcc; one bench make -C build/gcc okta-bench; } ;;
    clang) need_clang && unit_suite units-clang build/clang "$about_tests" ;;
    asan) need_asan && ASAN_OPTIONS=detect_leaks=1 unit_suite units-asan build/asan "$about_tests" ;;
    tsan) need_tsan && one tsan check_tsan ;;
    http)
        need_gcc && OKTA_BUILD=$top/build/gcc OKTA_MPMS=event,worker,prefork \
            pytest_suite http tests/http --jobs "$side_by_side" --mpms event,worker,prefork
        ;;
    http-asan)
        # not the load tests: their bounds are those of a build at full speed; nor what preloads a library of its own
        # or runs under valgrind throughout; nor what is about files alone (install); nor what takes from the sanitizer
        # what it needs itself: address space (shared_memory), /proc and the folder of its reports (chroot)
        need_asan && OKTA_BUILD=$top/build/asan OKTA_SANITIZE=asan OKTA_MPMS=event \
            pytest_suite http-asan tests/http --jobs "$side_by_side" --mpms event --without test_keys_flood.py --without test_redirects.py \
            --without test_keys_crash.py --without test_keys_restart.py --without test_keys_many_issuers.py \
            --without test_keys_outage.py --without test_keys_clock.py --without test_keys_memory.py \
            --without test_growth.py --without test_restart_shared_memory.py --without test_chroot.py \
            --without test_configtest_growth.py --without test_dpop_clock.py --without test_dpop_nonce_changes.py \
            --without test_verdict_memory.py --without test_install.py --without test_mcp_cost.py \
            --without test_encrypted_costs.py --without test_introspection_cost.py \
            --without test_shared_cache_clock.py
        ;;
    # a minute of the alert rules lasts a second; five with OKTA_MONITORING_FULL=1
    monitoring) need_gcc && OKTA_BUILD=$top/build/gcc pytest_suite monitoring tests/monitoring ;;
    # three minutes; the half hour of docs/performance.md is by OKTA_SOAK_SECONDS
    soak) need_gcc && OKTA_BUILD=$top/build/gcc pytest_suite soak tests/soak --as-root --mpms event,prefork ;;
    cli) need_gcc && OKTA_BUILD=$top/build/gcc pytest_suite cli tests/cli ;;
    tree) pytest_suite tree tests/tree ;;
    models) pytest_suite models tests/models ;;
    interop)
        rm -f build/gcc/differential.txt
        need_gcc && one npm npm_packages && OKTA_BUILD=$top/build/gcc pytest_suite interop tests/interop
        [ ! -f build/gcc/differential.txt ] || cat build/gcc/differential.txt
        ;;
    demo) one demo env OKTA_BUILD="$top/build/demo" scripts/demo --dev --check ;;
    tidy) need_clang && one tidy check_tidy ;;
    analyzer) need_gcc && one analyzer check_analyzer ;;
    distcheck)
        need_gcc && one distcheck make -C build/gcc distcheck -j"$jobs" TESTS="$(units_but build/gcc "$about_tests")" \
            DISTCHECK_CONFIGURE_FLAGS=--enable-unit-tests && one release check_release
        ;;
    deb)
        # the packages, and what is in them; nothing is installed, so it takes neither root nor a network
        need_gcc && OKTA_BUILD=$top/build/gcc pytest_suite deb tests/package --without test_install.py \
            --without test_upgrade.py --without test_readme.py --without test_autopkgtest.py --without test_tarball.py \
            --without test_rpm.py --without test_container.py
        ;;
    package)
        # what takes a quarter of an hour more is scripts/matrix's: RPMs, the container, a second build of the packages
        set -- --as-root
        [ "${OKTA_PACKAGE_FULL:-}" = 1 ] || set -- --as-root --without test_rpm.py --without test_container.py
        machines_can_run && need_gcc && OKTA_PACKAGE_UNITS=1 OKTA_BUILD=$top/build/gcc pytest_suite package tests/package "$@"
        ;;
    package-*)
        # packages of that Debian, built and installed in it; what is of this machine's own build is not asked again
        machines_can_run && OKTA_RELEASE=${1#package-} pytest_suite "$1" tests/package --as-root \
            --without test_hardening.py --without test_context.py --without test_tarball.py --without test_rpm.py \
            --without test_container.py
        ;;
    esac
}

# One failure that names the remedy, in the place of one for each test.
machines_can_run() {
    local -a by=()
    [ "$(id -u)" -eq 0 ] || by=(sudo)
    one machines "${by[@]}" "$python" -B tests/package/bases.py
}

# files PATTERN : the project's files of that kind; none is an error, because whoever reads none finds no fault
files() {
    grep -E "$1" "$logs/files" || {
        echo "no file matches $1" >&2
        return 1
    }
}

check_format() {
    local found
    found=$(files '^(src|tests)/.*\.[ch]$') && xargs clang-format --dry-run -Werror <<<"$found"
}

check_shell() {
    local found
    found=$(files '^(scripts|\.ci|debian)/' | xargs grep -lE '^#!.*(bash|/sh)|^# shellcheck shell=') &&
        xargs shellcheck -x <<<"$found"
}

check_man() {
    local out
    out=$(MANWIDTH=80 man --warnings -l src/cli/okta-token.1 2>&1 >/dev/null) && [ -z "$out" ] && return 0
    echo "$out"
    return 1
}

# The flags that a compiler by itself needs, with the config.h of build $1.
source_flags() {
    echo "-std=gnu11 -D_GNU_SOURCE -Isrc -Ibuild/$1 -isystem $(apxs -q INCLUDEDIR) $(apxs -q EXTRA_CPPFLAGS)" \
        "$(pkg-config --cflags apr-1 apr-util-1 jansson libcrypto libcurl)"
}

# One file at a time: clang 14's va_list check carries its state from one to the next.
check_tidy() {
    local found
    # shellcheck disable=SC2016
    found=$(files '^src/.*\.c$') && FLAGS=$(source_flags clang) xargs -P "$jobs" -n 1 \
        sh -c 'clang-tidy --quiet "$1" -- $FLAGS' tidy <<<"$found"
}

# Leaks are LeakSanitizer's: gcc 12's analyzer loses what is handed over inside a structure.
check_analyzer() {
    local found
    # shellcheck disable=SC2016
    found=$(files '^src/.*\.c$') &&
        FLAGS="$(source_flags gcc) -O1 -fanalyzer -Werror -Wno-analyzer-malloc-leak" xargs -P "$jobs" -n 1 \
            sh -c 'gcc $FLAGS -c -o /dev/null "$1"' analyzer <<<"$found"
}

# An unpacked release checks itself, and makes the same release again, byte by byte: it has no git to ask.
check_release() {
    local folder=$logs/release release
    rm -rf "$folder" && mkdir -p "$folder/first" "$folder/second" || return 1
    release=$(echo build/gcc/mod_auth_okta-*.tar.xz)
    tar -C "$folder/first" -xf "$release" || return 1
    (
        cd "$folder"/first/*/ && unpacked=$PWD && scripts/check format tree && cd "$folder/second" &&
            "$unpacked/configure" && make dist
    ) || return 1
    cmp "$release" "$folder"/second/*.tar.xz || return 1
    rm -rf "$folder"
}

dnl SPDX-License-Identifier: Apache-2.0
dnl OKTA_HARDENING: what makes a fault in memory harder to use, each where this compiler and this linker take it.
dnl Sets HARDEN_CFLAGS, HARDEN_CPPFLAGS, HARDEN_LDFLAGS for all, PIE_CFLAGS and PIE_LDFLAGS for programs.

dnl Warnings that CFLAGS ask for would make each test of a flag fail, where a warning counts as a failure: it does only
dnl where code without the flag has none. Sets okta_strict.
AC_DEFUN([OKTA_STRICT], [
  okta_strict=-Werror
  okta_saved_CFLAGS=$CFLAGS
  CFLAGS="$CFLAGS -Werror"
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <stdio.h>]], [])],
    [AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])], [], [okta_strict=])], [okta_strict=])
  CFLAGS=$okta_saved_CFLAGS])

dnl $1: the variable, $2: the flags, added where code compiles and links with them without a new warning
AC_DEFUN([OKTA_ADD_FLAG], [
  AC_MSG_CHECKING([whether $CC takes $2])
  okta_saved_CFLAGS=$CFLAGS
  CFLAGS="$CFLAGS $okta_strict $2"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
    [$1="$$1 $2"
     AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])])
  CFLAGS=$okta_saved_CFLAGS])

dnl $1: the level; $2, $3: what to do where the C library takes it, and where it does not
AC_DEFUN([OKTA_TRY_FORTIFY], [
  okta_saved_CFLAGS=$CFLAGS
  CFLAGS="$CFLAGS $okta_strict -D_FORTIFY_SOURCE=$1"
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <stdio.h>
#if defined __GLIBC__ && __USE_FORTIFY_LEVEL != $1
#error this level is not known
#endif
    ]], [])], [okta_takes=yes], [okta_takes=no])
  CFLAGS=$okta_saved_CFLAGS
  AS_IF([test "$okta_takes" = yes], [$2], [$3])])

dnl Who sets it in CPPFLAGS or CFLAGS, or a compiler that has it by itself, is right. It needs optimization, and hides
dnl from sanitizers what they look for.
AC_DEFUN([OKTA_FORTIFY], [
  AC_MSG_CHECKING([for the level of _FORTIFY_SOURCE])
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#ifdef _FORTIFY_SOURCE
#error set already
#endif
    ]], [])], [okta_fortify=none], [okta_fortify='as it is set'])
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#ifndef __OPTIMIZE__
#error no optimization
#endif
    ]], [])], [okta_optimizes=yes], [okta_optimizes=no])
  AS_IF([test "$okta_fortify$okta_optimizes$enable_sanitizers" = noneyesno],
    [OKTA_TRY_FORTIFY([3], [okta_fortify=3], [OKTA_TRY_FORTIFY([2], [okta_fortify=2], [])])])
  AS_CASE([$okta_fortify], [2|3], [HARDEN_CPPFLAGS="-D_FORTIFY_SOURCE=$okta_fortify"])
  AC_MSG_RESULT([$okta_fortify])])

AC_DEFUN([OKTA_HARDENING], [
  AC_ARG_ENABLE([hardening],
    [AS_HELP_STRING([--disable-hardening], [leave out what makes faults in memory harder to use])],
    [], [enable_hardening=yes])
  HARDEN_CFLAGS=
  HARDEN_CPPFLAGS=
  HARDEN_LDFLAGS=
  PIE_CFLAGS=
  PIE_LDFLAGS=
  AS_IF([test "$enable_hardening" != no],
    [OKTA_STRICT
     OKTA_ADD_FLAG([HARDEN_CFLAGS], [-fstack-protector-strong])
     OKTA_ADD_FLAG([HARDEN_CFLAGS], [-fstack-clash-protection])
     OKTA_ADD_FLAG([HARDEN_CFLAGS], [-fcf-protection=full])
     AS_CASE([$host_cpu], [aarch64*|arm*], [OKTA_ADD_FLAG([HARDEN_CFLAGS], [-mbranch-protection=standard])])
     OKTA_ADD_FLAG([HARDEN_LDFLAGS], [-Wl,-z,relro])
     OKTA_ADD_FLAG([HARDEN_LDFLAGS], [-Wl,-z,now])
     OKTA_ADD_FLAG([HARDEN_LDFLAGS], [-Wl,-z,noexecstack])
     okta_pie=
     OKTA_ADD_FLAG([okta_pie], [-fPIE -pie])
     AS_IF([test "x$okta_pie" != x],
       [PIE_CFLAGS=-fPIE
        PIE_LDFLAGS=-pie])
     OKTA_FORTIFY])
  AC_SUBST([HARDEN_CFLAGS])
  AC_SUBST([HARDEN_CPPFLAGS])
  AC_SUBST([HARDEN_LDFLAGS])
  AC_SUBST([PIE_CFLAGS])
  AC_SUBST([PIE_LDFLAGS])])

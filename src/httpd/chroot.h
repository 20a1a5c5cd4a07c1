/* SPDX-License-Identifier: Apache-2.0 */
/* ChrootDir: what children need from outside has to be there before they leave. */
#ifndef OKTA_HTTPD_CHROOT_H
#define OKTA_HTTPD_CHROOT_H

/* Parent, post_config. */
void okta_chroot_prepare(void);

#endif

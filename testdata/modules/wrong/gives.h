/* SPDX-License-Identifier: GPL-2.0 */
int gives_all(int n);
int gives_gpl(int n);
int gives_apart(int n);
int both_part(int n);
int nobody_defines(int n);
int nobody_either(int n);

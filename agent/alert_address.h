/*
 * Which addresses an alert may be sent to: those of the public internet. What somebody writes into
 * a setting, or a name server answers, must not make an agent call the machines beside it. Pure.
 */
#ifndef MOSTRADOR_AGENT_ALERT_ADDRESS_H
#define MOSTRADOR_AGENT_ALERT_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* false for loopback, private, link-local, shared, multicast, reserved and unspecified addresses,
 * for IPv4 ones inside IPv6, and for what is neither. */
bool alert_address_public(const struct sockaddr *address);

#endif

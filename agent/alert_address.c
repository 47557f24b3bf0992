#include "agent/alert_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

/* RFC 6890 and its registry: blocks that are not, or not only, of the public internet. */
static const struct {
    uint32_t block;
    unsigned bits;
} special[] = {
    {0x00000000, 8},  /* this network */
    {0x0a000000, 8},  /* private */
    {0x64400000, 10}, /* shared, of carriers */
    {0x7f000000, 8},  /* loopback */
    {0xa9fe0000, 16}, /* link-local, and the metadata of clouds */
    {0xac100000, 12}, /* private */
    {0xc0000000, 24}, /* protocol assignments */
    {0xc0000200, 24}, /* documentation */
    {0xc0586300, 24}, /* 6to4 relays */
    {0xc0a80000, 16}, /* private */
    {0xc6120000, 15}, /* benchmarks */
    {0xc6336400, 24}, /* documentation */
    {0xcb007100, 24}, /* documentation */
    {0xe0000000, 3},  /* multicast, reserved, broadcast */
};

static bool is_public4(uint32_t address)
{
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if ((address ^ special[i].block) >> (32 - special[i].bits) == 0)
            return false;
    return true;
}

/* Only 2000::/3 is given out; of it, what carries an IPv4 address or is for documents is not. */
static bool is_public6(const unsigned char *bytes)
{
    static const unsigned char teredo[] = {0x20, 0x01, 0, 0};
    static const unsigned char documents[] = {0x20, 0x01, 0x0d, 0xb8};
    static const unsigned char six_to_four[] = {0x20, 0x02};
    return bytes[0] >> 5 == 1 && memcmp(bytes, teredo, sizeof teredo) != 0 &&
           memcmp(bytes, documents, sizeof documents) != 0 &&
           memcmp(bytes, six_to_four, sizeof six_to_four) != 0;
}

bool alert_address_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return is_public4(ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr));
    if (address->sa_family == AF_INET6)
        return is_public6(((const struct sockaddr_in6 *)address)->sin6_addr.s6_addr);
    return false;
}

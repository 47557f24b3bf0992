/*
 * An answer as TwiML, the XML that Twilio expects back from a webhook:
 *
 *   <?xml version="1.0" encoding="UTF-8"?>
 *   <Response><Message><Body>Hola</Body></Message></Response>
 *
 * and <Response/> when there is nothing to say. A message may say where Twilio is to tell how it
 * fares (<Message statusCallback="https://…">). Whatever the text holds, the result is well-formed:
 * markup is escaped, characters that XML cannot hold are left out, bad UTF-8 becomes U+FFFD. Pure.
 */
#ifndef MOSTRADOR_GATEWAY_TWIML_H
#define MOSTRADOR_GATEWAY_TWIML_H

#include "common/buf.h"

#define TWIML_TYPE "text/xml; charset=utf-8"
#define TWIML_MAX 65536 /* bytes Twilio reads */
#define TWIML_NOTHING "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response/>\n"

/* Appends the answer, each part as a message of its own; parts without a visible character are
 * passed over. callback: address of its status callbacks, or empty. Twilio does not promise the
 * order of several messages. false, and nothing is appended, if that were more than TWIML_MAX
 * bytes. */
bool twiml_print(const str_t *parts, size_t count, str_t callback, buf_t *out);

#endif

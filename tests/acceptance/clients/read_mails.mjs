// Reads mails from standard input, each a line of base64, with postal-mime, and prints what it read, a line of JSON each.
import { createInterface } from "node:readline";
import PostalMime from "postal-mime";

for await (const line of createInterface({ input: process.stdin })) {
  const mail = await PostalMime.parse(Buffer.from(line, "base64"));
  console.log(
    JSON.stringify({
      subject: mail.subject,
      from: [mail.from.name, mail.from.address],
      to: mail.to.map((mailbox) => [mailbox.name, mailbox.address]),
      text: mail.text,
      html: mail.html,
      calendars: mail.attachments.map((part) => [part.mimeType, part.method ?? null, part.filename, part.disposition]),
    }),
  );
}

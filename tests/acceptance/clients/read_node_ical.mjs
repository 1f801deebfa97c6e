// Subscribes to the feed at the given URL with node-ical and prints what it read, as JSON.
import ical from "node-ical";

function showTime(time) {
  // node-ical makes a date the midnight that begins it on this machine.
  if (!time.dateOnly) return time.toISOString();
  const two = (number) => String(number).padStart(2, "0");
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

const read = await ical.async.fromURL(process.argv[2]);
const events = Object.values(read).filter((component) => component.type === "VEVENT");
console.log(
  JSON.stringify(
    events.map((event) => ({
      uid: event.uid,
      sequence: Number(event.sequence),
      start: showTime(event.start),
      end: showTime(event.end),
      title: event.summary,
      status: event.status,
    })),
  ),
);

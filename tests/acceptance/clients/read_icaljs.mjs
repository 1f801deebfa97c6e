// Subscribes to the feed at the given URL with ical.js and prints what it read, as JSON. Exit status 1 with the parser's word.
import ICAL from "ical.js";

ICAL.design.strict = true;

function showTime(time) {
  return time.isDate ? time.toString() : time.toJSDate().toISOString();
}

const answer = await fetch(process.argv[2]);
if (!answer.ok) throw new Error(`${process.argv[2]} answers ${answer.status}`);
const calendar = new ICAL.Component(ICAL.parse(await answer.text()));
// Times are read by the feed's own VTIMEZONE.
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
const events = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  return {
    uid: event.uid,
    sequence: event.sequence,
    start: showTime(event.startDate),
    end: showTime(event.endDate),
    title: event.summary,
    status: component.getFirstPropertyValue("status"),
  };
});
console.log(JSON.stringify(events));

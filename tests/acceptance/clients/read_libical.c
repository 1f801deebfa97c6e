/* Reads a feed from standard input with libical, checks it against the restrictions of RFC 5545 and 5546 and prints
 * one line per event: uid, sequence, start, end, status, title, with tabs between. Instants in UTC, by the feed's own
 * VTIMEZONE. Exit status 1, with libical's words on standard error, for a feed that breaks a rule. */

#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_all(FILE *stream)
{
    size_t size = 0, room = 1 << 16;
    char *text = malloc(room);
    while (text != NULL) {
        size += fread(text + size, 1, room - size - 1, stream);
        if (size < room - 1)
            break;
        room *= 2;
        text = realloc(text, room);
    }
    if (text != NULL)
        text[size] = '\0';
    return text;
}

static int report_errors(icalcomponent *component)
{
    int found = 0;
    icalproperty *error = icalcomponent_get_first_property(component, ICAL_XLICERROR_PROPERTY);
    for (; error != NULL; error = icalcomponent_get_next_property(component, ICAL_XLICERROR_PROPERTY)) {
        fprintf(stderr, "%s\n", icalproperty_get_xlicerror(error));
        found++;
    }
    icalcomponent *inner = icalcomponent_get_first_component(component, ICAL_ANY_COMPONENT);
    for (; inner != NULL; inner = icalcomponent_get_next_component(component, ICAL_ANY_COMPONENT))
        found += report_errors(inner);
    return found;
}

/* Without a METHOD libical asks little of an event: UID, DTSTAMP, DTSTART and SUMMARY may be missing. So the feed is
 * also checked as the publication that it is. Only a METHOD asks for an ORGANIZER, so one is lent to it. */
static int check_as_publication(icalcomponent *calendar)
{
    icalcomponent_set_method(calendar, ICAL_METHOD_PUBLISH);
    icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
    for (; event != NULL; event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT))
        if (icalcomponent_get_first_property(event, ICAL_ORGANIZER_PROPERTY) == NULL)
            icalcomponent_add_property(event, icalproperty_new_organizer("mailto:kiem-tra@so-ldtbxh.example"));
    return icalrestriction_check(calendar);
}

static void print_time(icaltimetype time)
{
    if (time.is_date) {
        printf("%04d-%02d-%02d\t", time.year, time.month, time.day);
        return;
    }
    /* A time without a zone would be taken for UTC: it is marked instead. */
    const char *end = time.zone == NULL ? "floating" : "Z";
    time = icaltime_convert_to_zone(time, icaltimezone_get_utc_timezone());
    printf("%04d-%02d-%02dT%02d:%02d:%02d%s\t", time.year, time.month, time.day, time.hour, time.minute, time.second, end);
}

int main(void)
{
    char *text = read_all(stdin);
    icalcomponent *calendar = text == NULL ? NULL : icalparser_parse_string(text);
    if (calendar == NULL || icalcomponent_isa(calendar) != ICAL_VCALENDAR_COMPONENT) {
        fprintf(stderr, "not one VCALENDAR\n");
        return 1;
    }
    int allowed = icalrestriction_check(calendar) && check_as_publication(calendar);
    if (report_errors(calendar) > 0 || !allowed) {
        fprintf(stderr, "icalrestriction_check: %s\n", allowed ? "passed" : "failed");
        return 1;
    }
    icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
    for (; event != NULL; event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
        printf("%s\t%d\t", icalcomponent_get_uid(event), icalcomponent_get_sequence(event));
        print_time(icalcomponent_get_dtstart(event));
        print_time(icalcomponent_get_dtend(event));
        printf("%s\t%s\n", icalproperty_status_to_string(icalcomponent_get_status(event)), icalcomponent_get_summary(event));
    }
    icalcomponent_free(calendar);
    free(text);
    return 0;
}

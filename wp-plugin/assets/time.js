/* Times and spans as people read them: the office's zone, the reader's language. No build step: WordPress's own globals. */
(function (wp, config) {
    'use strict';

    const tayang = window.tayang = window.tayang || {};
    const sprintf = wp.i18n.sprintf;

    /** The text `key`, handed over by PHP in the reader's language, with its values filled in. */
    tayang.text = function (key, ...values) {
        const text = config.strings[key];
        return text === undefined ? key : sprintf(text, ...values);
    };

    function formatter(options) {
        try {
            return new Intl.DateTimeFormat(config.locale, Object.assign({ timeZone: config.zone }, options));
        } catch (error) {
            // An office set to a bare offset ("+07:00"), which older browsers do not know as a zone.
            return { format: (date) => wp.date.dateI18n('j M Y H:i', date) };
        }
    }

    const moment = formatter({
        weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', timeZoneName: 'short',
    });

    /** "Sen, 23 Nov, 13.40 WIB" for an ISO time. */
    tayang.moment = (iso) => moment.format(new Date(iso));

    const clock = formatter({ hour: '2-digit', minute: '2-digit' });
    const day = formatter({ weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' });

    /** "13.40" for an ISO time. */
    tayang.clock = (iso) => clock.format(new Date(iso));

    /** "Senin, 23 November" for a date without a time ("2026-11-23"), which is the same in every zone. */
    tayang.day = (date) => day.format(new Date(`${date}T00:00:00Z`));

    /** A span in seconds, in the two largest units. */
    tayang.span = function (seconds) {
        const minutes = Math.round(seconds / 60);
        if (seconds < 60) {
            return tayang.text('seconds', Math.max(0, Math.round(seconds)));
        }
        if (minutes < 60) {
            return tayang.text('minutes', minutes);
        }
        const hours = Math.floor(minutes / 60);
        return hours < 24
            ? tayang.text('hours_minutes', hours, minutes % 60)
            : tayang.text('days_hours', Math.floor(hours / 24), hours % 24);
    };

    /** What is left until `iso`: {late, text}. Late is said in words, so that colour is never the only sign. */
    tayang.left = function (iso, now) {
        const seconds = (new Date(iso).getTime() - now) / 1000;
        const span = tayang.span(Math.abs(seconds));
        return { late: seconds < 0, text: tayang.text(seconds < 0 ? 'late_by' : 'time_left', span) };
    };

    /** An ISO time as the value of a datetime-local field, and back, both in the office's zone. */
    tayang.toField = (iso) => (iso ? wp.date.date('Y-m-d\\TH:i', iso) : '');
    tayang.fromField = (value) => (value ? wp.date.getDate(value).toISOString() : null);
})(window.wp, window.tayangConfig);

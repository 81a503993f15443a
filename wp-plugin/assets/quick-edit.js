/* What the gate refused in a quick edit: core answers with the changed row only, so the sentence travels in that row. */
(function ($, wp) {
    'use strict';

    function show(message) {
        const end = document.querySelector('.wp-header-end');
        const notice = document.createElement('div');
        const line = document.createElement('p');
        notice.className = 'notice notice-error tayang-notice';
        line.textContent = message;
        notice.append(line);
        document.querySelectorAll('.tayang-notice').forEach((old) => old.remove());
        end.after(notice);
        wp.a11y.speak(message, 'assertive');
    }

    $(document).on('ajaxComplete', (event, request, settings) => {
        if (!/(^|&)action=inline-save(&|$)/.test(String(settings.data))) {
            return;
        }
        // The row is put into the table after this event.
        setTimeout(() => document.querySelectorAll('.tayang-refused').forEach((found) => {
            show(found.textContent);
            const state = found.closest('.post-state');
            const before = state.previousElementSibling;
            if (before) {
                before.textContent = before.textContent.replace(/,\s*$/, '');
            }
            state.remove();
        }), 0);
    });
})(window.jQuery, window.wp);

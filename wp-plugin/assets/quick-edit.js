/*
 * Quick edit of a post in the procedure. The form keeps the post's step, and what the gate refused is said: core answers
 * with the changed row only, so the sentence travels in that row.
 */
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

    /** Core's list of statuses knows no steps and falls to "Published", which every harmless quick edit would then ask for. */
    function keepStep(id) {
        const status = $('#inline_' + id + ' ._status').text();
        if (status.startsWith('tyg_')) {
            const select = $('#edit-' + id + ' select[name="_status"]');
            select.empty().append(new Option(status, status, true, true)).closest('label').hide();
        }
    }

    if (window.inlineEditPost) {
        const edit = window.inlineEditPost.edit;
        window.inlineEditPost.edit = function (id, ...others) {
            const answer = edit.call(this, id, ...others);
            keepStep(typeof id === 'object' ? this.getId(id) : id);
            return answer;
        };
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

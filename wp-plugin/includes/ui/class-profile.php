<?php

namespace Tayang\Ui;

defined('ABSPATH') || exit;

/**
 * A person's roles in the procedures: check boxes on the profile, a column in the list of users.
 */
final class Profile
{
    private const META = 'tayang_roles';

    public function register(): void
    {
        add_action('show_user_profile', [$this, 'fields']);
        add_action('edit_user_profile', [$this, 'fields']);
        add_action('personal_options_update', [$this, 'save']);
        add_action('edit_user_profile_update', [$this, 'save']);
        add_filter('manage_users_columns', [$this, 'column']);
        add_filter('manage_users_custom_column', [$this, 'cell'], 10, 3);
    }

    public function fields(\WP_User $user): void
    {
        $roles = Office::roles();
        if (!$roles) {
            return;
        }
        $held = Office::roles_of($user->ID);
        $may_change = $this->may_change($user->ID);
        printf('<h2>%s</h2><table class="form-table" role="presentation"><tr><th scope="row">%s</th><td><fieldset><legend class="screen-reader-text">%2$s</legend>', 'Tayang', esc_html__('Roles in the SOP', 'tayang'));
        foreach ($roles as $key => $name) {
            printf(
                '<label><input type="checkbox" name="tayang_roles[]" value="%s"%s%s> %s</label><br>',
                esc_attr($key),
                checked(in_array($key, $held, true), true, false),
                disabled($may_change, false, false),
                esc_html($name)
            );
        }
        $help = $may_change
            ? __('Who may act at which step follows from this, at once.', 'tayang')
            : __('Only somebody who manages users may change this.', 'tayang');
        printf('<p class="description">%s</p></fieldset></td></tr></table>', esc_html($help));
        if ($may_change) {
            wp_nonce_field('tayang_roles_' . $user->ID, 'tayang_roles_nonce');
        }
    }

    public function save(int $user_id): void
    {
        $nonce = sanitize_text_field(wp_unslash($_POST['tayang_roles_nonce'] ?? ''));
        if (!wp_verify_nonce($nonce, 'tayang_roles_' . $user_id) || !$this->may_change($user_id)) {
            return;
        }
        $chosen = array_map('sanitize_key', (array) wp_unslash($_POST['tayang_roles'] ?? []));
        $roles = array_values(array_intersect(array_keys(Office::roles()), $chosen));
        update_user_meta($user_id, self::META, $roles);
    }

    /**
     * @param array<string, string> $columns
     * @return array<string, string>
     */
    public function column(array $columns): array
    {
        return Office::roles() ? $columns + ['tayang_roles' => __('Roles in the SOP', 'tayang')] : $columns;
    }

    /** @param string $value */
    public function cell($value, string $column, int $user_id): string
    {
        if ($column !== 'tayang_roles') {
            return (string) $value;
        }
        $names = array_intersect_key(Office::roles(), array_flip(Office::roles_of($user_id)));
        return $names ? esc_html(implode(', ', $names)) : '<span aria-hidden="true">—</span>';
    }

    /** Roles decide who approves: nobody gives them to themselves without the right to manage people. */
    private function may_change(int $user_id): bool
    {
        return current_user_can('promote_users') && current_user_can('edit_user', $user_id);
    }
}
